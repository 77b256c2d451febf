//! Stamps: a fingerprint of what a slow step read, kept beside its result, so that the step is repeated only when its
//! input has changed. Contents count, not times: a fresh checkout or a changed branch must not fool it.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// The remembered fingerprint of one step.
#[derive(Debug)]
pub(crate) struct Stamp {
    path: PathBuf,
}

impl Stamp {
    pub(crate) fn new(workspace: &Workspace, name: &str) -> Self {
        Self { path: workspace.target.join("xtask-stamps").join(name) }
    }

    /// Whether the step last ran to its end on exactly this input.
    pub(crate) fn is(&self, fingerprint: &str) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|kept| kept == fingerprint)
    }

    /// To be called before the step starts: a step that is interrupted leaves no stamp.
    pub(crate) fn clear(&self) -> Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", self.path.display()))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn set(&self, fingerprint: &str) -> Result<()> {
        let folder = self.path.parent().expect("a stamp lies in the stamps' folder");
        fs::create_dir_all(folder)?;
        fs::write(&self.path, fingerprint).with_context(|| format!("cannot write {}", self.path.display()))
    }
}

/// A fingerprint of every file below `root`, by path and content, leaving out whatever `skip` says by its path
/// relative to `root`.
///
/// It tells a change from no change; it does not resist someone who wants to deceive it.
pub(crate) fn fingerprint(root: &Path, skip: impl Fn(&Path) -> bool) -> Result<String> {
    let mut files = Vec::new();
    collect(root, Path::new(""), &skip, &mut files)?;
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in &files {
        file.hash(&mut hasher);
        let path = root.join(file);
        fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn collect(root: &Path, below: &Path, skip: &impl Fn(&Path) -> bool, files: &mut Vec<PathBuf>) -> Result<()> {
    let folder = root.join(below);
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if skip(&path) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(root, &path, skip, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn of(files: &[(&str, &str)]) -> String {
        fingerprint(tree(files).path(), |path| path.starts_with("dist")).unwrap()
    }

    #[test]
    fn the_same_contents_have_the_same_fingerprint_wherever_they_lie() {
        assert_eq!(of(&[("a", "1"), ("src/b", "2")]), of(&[("src/b", "2"), ("a", "1")]));
    }

    #[test]
    fn a_changed_moved_or_added_file_is_noticed() {
        let before = of(&[("a", "1")]);
        assert_ne!(before, of(&[("a", "2")]));
        assert_ne!(before, of(&[("b", "1")]));
        assert_ne!(before, of(&[("a", "1"), ("b", "")]));
    }

    #[test]
    fn what_is_left_out_does_not_count() {
        assert_eq!(of(&[("a", "1")]), of(&[("a", "1"), ("dist/bundle.js", "…")]));
    }

    #[test]
    fn a_stamp_holds_until_it_is_cleared() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace { root: folder.path().into(), target: folder.path().join("target") };
        let stamp = Stamp::new(&workspace, "client");
        assert!(!stamp.is("x"));
        stamp.clear().unwrap();
        stamp.set("x").unwrap();
        assert!(stamp.is("x"));
        assert!(!stamp.is("y"));
        stamp.clear().unwrap();
        assert!(!stamp.is("x"));
    }
}
