//! The samples in `events/budget` are payloads that the function accepts, and all of its commands have one.

use afterhours_core::budget_command::BudgetCommand;

#[test]
fn each_command_has_a_sample_that_is_accepted() {
    let samples = [
        (
            include_str!("../../../events/budget/scan.json"),
            BudgetCommand::Scan {},
        ),
        (
            include_str!("../../../events/budget/check.json"),
            BudgetCommand::Check {},
        ),
    ];
    assert_eq!(samples.len(), BudgetCommand::NAMES.len());
    for (text, command) in samples {
        assert_eq!(BudgetCommand::from_json(text).ok(), Some(command), "{text}");
    }
}

#[test]
fn what_the_function_may_call_is_reading_only() {
    for action in afterhours_budget_handler::ACTIONS.concat() {
        let (_, name) = action.split_once(':').unwrap_or_default();
        let reads = ["Get", "List", "Describe", "View"];
        assert!(reads.iter().any(|verb| name.starts_with(verb)), "{action}");
    }
}
