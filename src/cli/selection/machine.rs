//! Which of several machines this is, as systems of continuous integration tell it.

use crate::run::Shard;

/// A system's two variables: which machine this is, and how many there are.
struct System {
    index: &'static str,
    count: &'static str,
    /// The number of the first machine.
    first: usize,
}

const SYSTEMS: &[System] = &[
    // GitLab, and many others that follow it.
    System { index: "CI_NODE_INDEX", count: "CI_NODE_TOTAL", first: 1 },
    System { index: "CIRCLE_NODE_INDEX", count: "CIRCLE_NODE_TOTAL", first: 0 },
    System { index: "BUILDKITE_PARALLEL_JOB", count: "BUILDKITE_PARALLEL_JOB_COUNT", first: 0 },
    System { index: "BITBUCKET_PARALLEL_STEP", count: "BITBUCKET_PARALLEL_STEP_COUNT", first: 0 },
    System { index: "SEMAPHORE_JOB_INDEX", count: "SEMAPHORE_JOB_COUNT", first: 1 },
    System { index: "SYSTEM_JOBPOSITIONINPHASE", count: "SYSTEM_TOTALJOBSINPHASE", first: 1 },
];

/// The share of this machine.
///
/// # Errors
/// If no system tells it, or what it tells is no share: a lowercase fragment.
pub(super) fn shard(variable: impl Fn(&str) -> Option<String>) -> Result<Shard, String> {
    let told = SYSTEMS.iter().find_map(|system| Some((system, variable(system.count)?)));
    let Some((system, count)) = told else {
        let names: Vec<&str> = SYSTEMS.iter().map(|system| system.count).collect();
        return Err(format!("--shard auto: none of {} is set", names.join(", ")));
    };
    // A job that does not run several times may not be told which time this is.
    let alone = || (count == "1").then(|| system.first.to_string());
    let index = variable(system.index).or_else(alone).unwrap_or_default();
    let number = |text: &str| text.trim().parse::<usize>().ok();
    let shard = number(&index).and_then(|index| Shard::new(index.checked_sub(system.first)? + 1, number(&count)?));
    shard.ok_or_else(|| {
        let System { index: name, count: all, first } = system;
        format!("--shard auto: {name} is `{index}` and {all} `{count}`, and they count from {first}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_counts_as_it_does() {
        for (variables, expected) in [
            (&[("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "3")][..], Ok(Shard::new(2, 3).unwrap())),
            (&[("CI_NODE_TOTAL", "1")], Ok(Shard::new(1, 1).unwrap())),
            (&[("CIRCLE_NODE_INDEX", "2"), ("CIRCLE_NODE_TOTAL", "3")], Ok(Shard::new(3, 3).unwrap())),
            (&[("BUILDKITE_PARALLEL_JOB", "0"), ("BUILDKITE_PARALLEL_JOB_COUNT", "4")], Ok(Shard::new(1, 4).unwrap())),
            (
                &[("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "3")],
                Err("--shard auto: CI_NODE_INDEX is `0` and CI_NODE_TOTAL `3`, and they count from 1"),
            ),
            (
                &[("CI_NODE_TOTAL", "3")],
                Err("--shard auto: CI_NODE_INDEX is `` and CI_NODE_TOTAL `3`, and they count from 1"),
            ),
        ] {
            let of =
                |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(shard(of), expected.map_err(str::to_owned), "{variables:?}");
        }
        assert!(shard(|_| None).unwrap_err().contains("BITBUCKET_PARALLEL_STEP_COUNT"));
    }
}
