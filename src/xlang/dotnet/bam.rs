//! Business activities: what an orchestration says about the progress of its business (section 8.5).

use super::{Call, Row};
use crate::message::Value;
use crate::xlang::{ActivityChange, Raised};

const STREAM: &str = "Microsoft.BizTalk.Bam.EventObservation.OrchestrationEventStream";

/// Names as in the original. What is said counts at once, even inside an atomic scope that aborts.
pub const ROWS: &[Row] = &[
    (STREAM, "static void BeginActivity(string activityName, string activityInstance)", |call| {
        tell(call, |_| ActivityChange::Begun)
    }),
    (
        STREAM,
        "static void UpdateActivity(string activityName, string activityInstance, params object data)",
        |call| tell(call, |call| ActivityChange::Updated(pairs(call))),
    ),
    (STREAM, "static void EndActivity(string activityName, string activityInstance)", |call| {
        tell(call, |_| ActivityChange::Ended)
    }),
    (
        STREAM,
        "static void EnableContinuation(string activityName, string activityInstance, string continuationToken)",
        |call| tell(call, |call| ActivityChange::Continued { by: call.text(2).into_owned() }),
    ),
    (
        STREAM,
        "static void AddRelatedActivity(string activityName, string activityID, string relatedActivityName, string relatedTraceID)",
        |call| {
            tell(call, |call| ActivityChange::Related {
                activity: call.text(2).into_owned(),
                id: call.text(3).into_owned(),
            })
        },
    ),
];

fn tell(call: Call<'_>, change: impl FnOnce(&Call<'_>) -> ActivityChange) -> Result<Value, Raised> {
    let (activity, id) = (call.some_text(0)?.into_owned(), call.some_text(1)?.into_owned());
    let change = change(&call);
    call.env.activity(&activity, &id, change);
    Ok(Value::Null)
}

/// Arguments after the first two: names and values in turn.
fn pairs(call: &Call<'_>) -> Vec<(String, Value)> {
    let data = call.values.get(2..).unwrap_or_default();
    data.chunks_exact(2)
        .filter_map(|pair| match pair {
            [name, value] => Some((crate::message::format_value(name), value.clone())),
            _ => None,
        })
        .collect()
}
