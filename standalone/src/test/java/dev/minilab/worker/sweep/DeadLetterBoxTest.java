package dev.minilab.worker.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.job.Accepted;
import dev.minilab.job.DeadLetter;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobError;
import dev.minilab.job.JobId;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Keys;
import dev.minilab.job.Tenant;
import dev.minilab.job.WebhookMessage.Redelivery;
import dev.minilab.record.JobQueue;
import dev.minilab.record.WebhookQueue;
import dev.minilab.standalone.TestQueue;
import dev.minilab.worker.webhook.WebhookLetterBox;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("F22 A dead letter")
@Timeout(60)
class DeadLetterBoxTest extends OnSweptBucket {

    private final TestQueue letters = new TestQueue();

    private void open() {
        new DeadLetterBox(
                        letters,
                        bucket.records,
                        bucket.attempts,
                        bucket.lanes,
                        bucket.endings,
                        SweptBucket.MAX_ATTEMPTS,
                        () -> bucket.now)
                .run(bucket.now, bucket.now);
    }

    private void letterOf(Accepted accepted) {
        new JobQueue(letters).send(accepted.tenant(), accepted.job());
    }

    @Test
    @DisplayName(
            "of a job that brought down its workers: the job is failed as poison, announced, and kept to be redriven")
    void poison() throws Exception {
        Accepted accepted = bucket.accept("a", Duration.ofMinutes(5));
        bucket.begun(accepted, SweptBucket.MAX_ATTEMPTS);
        letterOf(accepted);
        open();
        assertThat(bucket.result(accepted).status()).isEqualTo(JobStatus.FAILED);
        assertThat(bucket.result(accepted).error())
                .isNotNull()
                .extracting(JobError::code)
                .isEqualTo(ErrorCode.POISON);
        assertThat(bucket.webhooks.sent()).hasSize(1);
        assertThat(bucket.deadLetters.all()).extracting(DeadLetter::job).containsExactly(accepted.job());
        assertThat(letters.sent()).isEmpty();
        assertThat(bucket.jobs.sent()).isEmpty();
    }

    @Test
    @DisplayName("of a job that had no part in it: the job is sent once more, or left to the sweep when it is older")
    void unlucky() throws Exception {
        Accepted young = bucket.accept("a", Duration.ofMinutes(5));
        letterOf(young);
        letterOf(bucket.accept("a", Duration.ofHours(5)));
        open();
        assertThat(bucket.jobs.sent())
                .singleElement()
                .satisfies(body -> assertThat(body).contains(young.job().value(), "\"again\":true"));
        assertThat(letters.sent()).isEmpty();
        assertThat(bucket.records.result(young.tenant(), young.job())).isEmpty();
    }

    @Test
    @DisplayName("of a job that has ended, or of none, is thrown away")
    void over() throws Exception {
        Accepted ended = bucket.accept("a", Duration.ofMinutes(5));
        bucket.end(ended);
        letterOf(ended);
        new JobQueue(letters).send(new Tenant("a"), JobId.create(bucket.now));
        open();
        assertThat(letters.sent()).isEmpty();
        assertThat(bucket.jobs.sent()).isEmpty();
    }

    @Test
    @DisplayName("F32 that this version cannot read stays")
    void foreign() throws Exception {
        letters.send("not json", "a");
        letters.send("{\"schema\":2,\"tenant\":\"a\",\"job\":\"" + JobId.create(bucket.now) + "\"}", "a");
        open();
        assertThat(letters.sent()).hasSize(2);
    }

    @Test
    @DisplayName("F33 of a job whose request cannot be read is left to the sweep, which ends the job")
    void unreadable() throws Exception {
        Accepted accepted = bucket.accept("a", Duration.ofMinutes(5));
        bucket.store.put(Keys.accepted(accepted.tenant(), accepted.job()), new byte[] {'{'}, "application/json");
        letterOf(accepted);
        open();
        assertThat(letters.sent()).isEmpty();
        bucket.sweeper().sweep();
        assertThat(bucket.result(accepted).status()).isEqualTo(JobStatus.FAILED);
    }

    @Test
    @DisplayName("of a webhook is thrown away, since the bucket sends for it again; of one that was asked for, stays")
    void webhooks() {
        JobId job = JobId.create(bucket.now);
        WebhookQueue webhooks = new WebhookQueue(letters);
        webhooks.announce(new Tenant("a"), job);
        webhooks.attempt(new Tenant("a"), job, 2, Duration.ZERO);
        webhooks.redeliver(new Tenant("a"), job, new Redelivery(null));
        letters.send("not json", "a");
        new WebhookLetterBox(letters).run(bucket.now, bucket.now);
        assertThat(letters.sent()).hasSize(2).anyMatch(body -> body.contains("redelivery"));
    }
}
