//! What was of use lately, as long as there is room for it.

use std::hash::Hash;

use hashlink::LinkedHashMap;

/// Values by key. When their weights exceed what there is room for, those go first that nobody has asked for longest.
pub(crate) struct Recent<K, V> {
    entries: LinkedHashMap<K, Entry<V>>,
    weight: usize,
    weight_max: usize,
    /// Moves on with each [`Self::take_unused`].
    round: u64,
}

struct Entry<V> {
    value: V,
    weight: usize,
    /// In which round it was of use last.
    used: u64,
}

impl<K: Eq + Hash, V> Recent<K, V> {
    /// With room for values of this weight together.
    pub(crate) fn new(weight_max: usize) -> Self {
        Self { entries: LinkedHashMap::new(), weight: 0, weight_max, round: 0 }
    }

    /// The value of a key, which is of use again.
    pub(crate) fn get(&mut self, key: &K) -> Option<&mut V> {
        match self.entries.raw_entry_mut().from_key(key) {
            hashlink::linked_hash_map::RawEntryMut::Occupied(mut entry) => {
                entry.to_back();
                let entry = entry.into_mut();
                entry.used = self.round;
                Some(&mut entry.value)
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
        self.entries.insert(key, Entry { value, weight, used: self.round });
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

    /// Takes out what has not been of use since the last time it was called, and says how much that weighs.
    pub(crate) fn take_unused(&mut self) -> (Vec<V>, usize) {
        let before = self.weight;
        let mut unused = Vec::new();
        while self.entries.front().is_some_and(|(_, oldest)| oldest.used < self.round) {
            let (_, oldest) = self.entries.pop_front().expect("it has just been seen");
            self.weight -= oldest.weight;
            unused.push(oldest.value);
        }
        self.round += 1;
        self.entries.shrink_to_fit();
        (unused, before - self.weight)
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
    fn what_was_of_no_use_between_two_calls_is_taken_out() {
        let mut recent = Recent::new(10);
        recent.put('a', 1, 2);
        recent.put('b', 2, 3);
        assert_eq!(recent.take_unused(), (vec![], 0), "both are new");
        recent.get(&'a');
        recent.put('c', 3, 4);
        assert_eq!((recent.take_unused(), recent.weight), ((vec![2], 3), 6));
        assert_eq!(kept(&mut recent), [Some(1), None, Some(3)]);
        assert_eq!(recent.take_unused(), (vec![], 0), "they were just asked for");
        assert_eq!((recent.take_unused(), recent.weight), ((vec![1, 3], 6), 0));
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
