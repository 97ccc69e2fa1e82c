//! Several instances together, by `launch` or one by one.

use crate::workplace::Workplace;

#[test]
fn three_instances_do_what_one_does() {
    let one = Workplace::new(-100..400);
    one.run("run --url sqlite:data.db --create-tables").ends_with(3);
    let three = Workplace::new(-100..400);
    let answer = three
        .run("launch --instances 3 --url sqlite:data.db --create-tables --batch-size 20 --session-id night")
        .ends_with(3)
        .says(&[
            "[1/3] ",
            "[2/3] ",
            "[3/3] ",
            "Concurrent Instances: 2/3 (partition-based)",
            "Partition: app_id % 3 == 2",
        ]);
    assert!(answer.out.contains("Documents processed: 500"), "{}", answer.out);
    assert!(answer.out.contains("Failed: 10"), "{}", answer.out);
    assert!(answer.out.contains("Session: night"), "{}", answer.out);
    assert!(answer.out.lines().any(|line| line.starts_with("2/3 ")), "{}", answer.out);
    assert_eq!(three.target(), one.target());
    for instance in ["1of3", "2of3", "3of3"] {
        assert_eq!(three.metrics(instance)["session_id"], "night");
    }
}

#[test]
fn what_is_wrong_for_all_is_said_once() {
    let place = Workplace::new(0..10);
    let answer = place.run("launch -n 3 --url sqlite:data.db --contract no.yaml").ends_with(2);
    assert_eq!(answer.err.matches("error:").count(), 1, "{}", answer.err);
}

#[test]
fn an_instance_that_fails_makes_the_launch_fail() {
    let place = Workplace::new(0..10);
    let answer = place.run("launch -n 2 --url sqlite:data.db").ends_with(2);
    assert_eq!(answer.err.matches("error: ").count(), 1, "{}", answer.err);
    assert!(answer.err.contains(" stopped for the same error as instance "), "{}", answer.err);
    assert!(answer.out.contains("failed"), "{}", answer.out);
}
