//! Output for people and programs: text, charts, JSON, and the figures that go into them.

pub(crate) mod bars;
pub(crate) mod cgroup;
pub(crate) mod chart;
pub(crate) mod curves;
pub(crate) mod json;
pub(crate) mod numbers;
pub(crate) mod output;
pub(crate) mod page;
pub(crate) mod plan;
pub(crate) mod process;
pub(crate) mod program;
pub(crate) mod progress;
pub(crate) mod stdout;

pub(crate) use stdout::{complain, print};
