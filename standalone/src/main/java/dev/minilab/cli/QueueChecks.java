package dev.minilab.cli;

import dev.minilab.config.Config;
import dev.minilab.queue.QueueAdmin;
import dev.minilab.queue.QueueAdmin.Attributes;
import dev.minilab.queue.QueueException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Looks at the queues and their dead-letter queues: are they there, and set as the workers expect.
record QueueChecks(Config.Queue config, QueueAdmin admin) {

    private static final String FIX = "./minilab setup";
    private static final Duration SHORTEST_RETENTION = Duration.ofDays(1);

    List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        for (String queue : List.of(config.jobs(), config.bulk(), config.webhooks())) {
            String what = "queue " + queue;
            try {
                List<Finding> wrong = wrong(what, queue);
                findings.addAll(
                        wrong.isEmpty() ? List.of(Finding.ok(what, "is there, with its dead-letter queue")) : wrong);
            } catch (QueueException e) {
                findings.add(Finding.wrong(
                        what,
                        String.valueOf(e.getMessage()),
                        e.retryable()
                                ? "MINILAB_SQS_ENDPOINT, MINILAB_SQS_REGION or the network: nothing usable answers"
                                : "MINILAB_SQS_ACCESS_KEY_ID and its permissions: sqs:GetQueueUrl and"
                                        + " sqs:GetQueueAttributes on " + queue + " and "
                                        + Config.Queue.deadLettersOf(queue)));
            }
        }
        return findings;
    }

    private List<Finding> wrong(String what, String queue) {
        Optional<Attributes> found = admin.attributes(queue);
        if (found.isEmpty()) {
            return List.of(Finding.wrong(
                    what, "does not exist in " + config.region(), FIX + ", or MINILAB_SQS_REGION if it is elsewhere"));
        }
        List<Finding> wrong = new ArrayList<>();
        Attributes queueIs = found.get();
        Duration retention = queueIs.retention();
        if (!queueIs.delay().isZero()) {
            wrong.add(Finding.wrong(
                    what, "delays each message by " + queueIs.delay().toSeconds() + " s (DelaySeconds)", FIX));
        }
        if (retention != null && retention.compareTo(SHORTEST_RETENTION) < 0) {
            wrong.add(Finding.wrong(
                    what, "forgets messages after " + retention.toSeconds() + " s (MessageRetentionPeriod)", FIX));
        }
        wrong.addAll(redrive(what, queue, queueIs));
        return wrong;
    }

    private List<Finding> redrive(String what, String queue, Attributes queueIs) {
        String expected = Config.Queue.deadLettersOf(queue);
        String deadLetters = queueIs.deadLetters();
        if (deadLetters == null) {
            return List.of(Finding.wrong(
                    what, "has no dead-letter queue: what always fails goes round until it is forgotten", FIX));
        }
        if (!deadLetters.equals(expected)) {
            return List.of(
                    Finding.wrong(what, "moves dead letters to " + deadLetters + ", where nobody looks for them", FIX));
        }
        List<Finding> wrong = new ArrayList<>();
        if (queueIs.maxReceiveCount() != Config.Worker.MAX_RECEIVE_COUNT) {
            wrong.add(Finding.wrong(
                    what,
                    "gives a message up after " + queueIs.maxReceiveCount() + " receives, and "
                            + Config.Worker.MAX_RECEIVE_COUNT + " are expected (maxReceiveCount)",
                    FIX));
        }
        Optional<Attributes> target = admin.attributes(expected);
        if (target.isEmpty()) {
            wrong.add(Finding.wrong(what, "its dead-letter queue " + expected + " does not exist", FIX));
        }
        return wrong;
    }
}
