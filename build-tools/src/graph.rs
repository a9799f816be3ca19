//! Which nodes of a directed graph lead back to themselves, and which to each other: answered in time linear in nodes and edges, and
//! without recursion.

/// The group of each node, by number: two nodes are in one group when each leads to the other. `targets` lists for each node where
/// it leads.
pub(crate) fn groups(targets: &[Vec<usize>]) -> Vec<usize> {
    const UNSEEN: usize = usize::MAX;
    let mut search = Search {
        order: vec![UNSEEN; targets.len()],
        lowest: vec![UNSEEN; targets.len()],
        group: vec![UNSEEN; targets.len()],
        open: Vec::new(),
        seen: 0,
    };
    for start in 0..targets.len() {
        if search.order.get(start) != Some(&UNSEEN) {
            continue;
        }
        // Tarjan's algorithm, with the way to the present node in place of recursion: each node, and its next edge.
        let mut way = vec![(start, 0)];
        search.enter(start);
        while let Some((node, edge)) = way.last_mut() {
            let (node, next) = (*node, targets.get(*node).and_then(|targets| targets.get(*edge)).copied());
            *edge += 1;
            match next {
                Some(next) if search.order.get(next) == Some(&UNSEEN) => {
                    search.enter(next);
                    way.push((next, 0));
                }
                Some(next) => {
                    if search.group.get(next) == Some(&UNSEEN) {
                        search.lower(node, search.order.get(next).copied().unwrap_or(UNSEEN));
                    }
                }
                None => {
                    way.pop();
                    let lowest = search.lowest.get(node).copied().unwrap_or(UNSEEN);
                    if search.order.get(node) == Some(&lowest) {
                        search.close(node);
                    }
                    if let Some((parent, _)) = way.last() {
                        search.lower(*parent, lowest);
                    }
                }
            }
        }
    }
    search.group
}

/// For each node, whether it leads back to itself.
pub(crate) fn in_circles(targets: &[Vec<usize>]) -> Vec<bool> {
    let groups = groups(targets);
    let mut sizes = vec![0_usize; targets.len()];
    for group in &groups {
        if let Some(size) = sizes.get_mut(*group) {
            *size += 1;
        }
    }
    let is_shared = |group: &usize| sizes.get(*group).is_some_and(|size| *size > 1);
    let each = groups.iter().zip(targets).enumerate();
    each.map(|(node, (group, targets))| is_shared(group) || targets.contains(&node)).collect()
}

/// The state of Tarjan's algorithm.
struct Search {
    /// When each node was entered.
    order: Vec<usize>,
    /// The earliest node that each leads back to.
    lowest: Vec<usize>,
    /// The group of each node: the node that closes it.
    group: Vec<usize>,
    /// The nodes without a group, in order.
    open: Vec<usize>,
    seen: usize,
}

impl Search {
    fn enter(&mut self, node: usize) {
        for times in [&mut self.order, &mut self.lowest] {
            if let Some(time) = times.get_mut(node) {
                *time = self.seen;
            }
        }
        self.seen += 1;
        self.open.push(node);
    }

    fn lower(&mut self, node: usize, time: usize) {
        if let Some(lowest) = self.lowest.get_mut(node) {
            *lowest = time.min(*lowest);
        }
    }

    fn close(&mut self, node: usize) {
        while let Some(member) = self.open.pop() {
            if let Some(group) = self.group.get_mut(member) {
                *group = node;
            }
            if member == node {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{groups, in_circles};

    #[test]
    fn circles_are_groups() {
        // 0 -> 1 -> 2 -> 0; 2 -> 3 -> 4 -> 3; 5 -> 5; 6 -> 0; 7
        let targets = [vec![1], vec![2], vec![0, 3], vec![4], vec![3], vec![5], vec![0], vec![]];
        let groups = groups(&targets);
        assert!(groups[0] == groups[1] && groups[1] == groups[2] && groups[3] == groups[4]);
        assert!(groups[2] != groups[3] && groups[6] != groups[0] && groups[7] != groups[6]);
        assert_eq!(in_circles(&targets), [true, true, true, true, true, true, false, false]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let length = 200_000;
        let mut targets: Vec<Vec<usize>> = (0..length).map(|node| vec![node + 1]).collect();
        targets.push(Vec::new());
        assert!(in_circles(&targets).iter().all(|circle| !circle));
        targets[length] = vec![0];
        assert!(in_circles(&targets).iter().all(|circle| *circle));
    }

    #[test]
    fn it_is_what_a_walk_from_each_node_finds() {
        let mut state = 7_u64;
        let mut chance = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from((state >> 33) % below).expect("it is small")
        };
        for _ in 0..200 {
            let targets: Vec<Vec<usize>> = (0..12).map(|_| (0..chance(3)).map(|_| chance(12)).collect()).collect();
            let leads_back = |start: usize| {
                let mut seen = [false; 12];
                let mut open = targets[start].clone();
                while let Some(node) = open.pop() {
                    if !std::mem::replace(&mut seen[node], true) {
                        open.extend(&targets[node]);
                    }
                }
                seen[start]
            };
            assert_eq!(in_circles(&targets), (0..12).map(leads_back).collect::<Vec<_>>());
        }
    }
}
