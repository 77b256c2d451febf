//! What was of use lately, as long as there is room for it.

use std::hash::Hash;

use hashlink::LinkedHashMap;

/// Values by key. When their weights exceed what there is room for, those go first that nobody has asked for longest.
pub(crate) struct Recent<K, V> {
    entries: LinkedHashMap<K, Entry<V>>,
    weight: usize,
    weight_max: usize,
}

struct Entry<V> {
    value: V,
    weight: usize,
}

impl<K: Eq + Hash, V> Recent<K, V> {
    /// With room for values of this weight together.
    pub(crate) fn new(weight_max: usize) -> Self {
        Self { entries: LinkedHashMap::new(), weight: 0, weight_max }
    }

    /// The value of a key, which is of use again.
    pub(crate) fn get(&mut self, key: &K) -> Option<&mut V> {
        match self.entries.raw_entry_mut().from_key(key) {
            hashlink::linked_hash_map::RawEntryMut::Occupied(mut entry) => {
                entry.to_back();
                Some(&mut entry.into_mut().value)
            }
            hashlink::linked_hash_map::RawEntryMut::Vacant(_) => None,
        }
    }

    /// Keeps a value; the one that its key had goes. What is heavier than all there is room for is not kept.
    pub(crate) fn put(&mut self, key: K, value: V, weight: usize) {
        self.remove(&key);
        if weight > self.weight_max {
            return;
        }
        self.weight += weight;
        self.entries.insert(key, Entry { value, weight });
        while self.weight > self.weight_max {
            let (_, oldest) = self.entries.pop_front().expect("what weighs something is here");
            self.weight -= oldest.weight;
        }
    }

    /// Forgets a key.
    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let entry = self.entries.remove(key)?;
        self.weight -= entry.weight;
        Some(entry.value)
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.weight = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(recent: &mut Recent<char, u32>) -> [Option<u32>; 3] {
        ['a', 'b', 'c'].map(|key| recent.get(&key).copied())
    }

    #[test]
    fn what_was_asked_for_last_stays_and_one_more_than_fits_goes() {
        let mut recent = Recent::new(10);
        recent.put('a', 1, 5);
        recent.put('b', 2, 5);
        assert_eq!(kept(&mut recent), [Some(1), Some(2), None]);
        recent.get(&'a');
        recent.put('c', 3, 1);
        assert_eq!(kept(&mut recent), [Some(1), None, Some(3)]);
    }

    #[test]
    fn a_value_that_replaces_another_takes_its_room() {
        let mut recent = Recent::new(10);
        recent.put('a', 1, 10);
        recent.put('a', 2, 10);
        assert_eq!((kept(&mut recent), recent.weight), ([Some(2), None, None], 10));
        recent.put('b', 3, 11);
        assert_eq!(kept(&mut recent), [Some(2), None, None], "what never fits pushes nobody out");
        recent.clear();
        assert_eq!((kept(&mut recent), recent.weight), ([None; 3], 0));
    }
}
