package dev.minilab.worker.sweep;

import dev.minilab.job.Accepted;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.JobId;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Keys;
import dev.minilab.job.Lane;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.Result;
import dev.minilab.job.Source;
import dev.minilab.job.Started;
import dev.minilab.job.Tenant;
import dev.minilab.record.Attempts;
import dev.minilab.record.DeadLetters;
import dev.minilab.record.JobLanes;
import dev.minilab.record.JobQueue;
import dev.minilab.record.JobRecords;
import dev.minilab.record.WebhookQueue;
import dev.minilab.standalone.TestQueue;
import dev.minilab.standalone.TestStore;
import dev.minilab.store.ObjectStore;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A bucket with jobs of any age, queues that only keep what is sent to them, and a clock that tests set.
final class SweptBucket implements AutoCloseable {

    static final Duration OVERDUE = Duration.ofSeconds(90);
    static final Duration PERIOD = Duration.ofSeconds(30);
    static final int MAX_ATTEMPTS = 5;

    final TestStore embedded;
    final ObjectStore store;
    final JobRecords records;
    final Attempts attempts;
    final DeadLetters deadLetters;
    final TestQueue jobs = new TestQueue();
    final TestQueue bulk = new TestQueue();
    final TestQueue webhooks = new TestQueue();
    final JobLanes lanes = new JobLanes(new JobQueue(jobs), new JobQueue(bulk));
    final Endings endings;
    Instant now = Instant.parse("2026-11-24T10:30:00Z");

    SweptBucket(Path folder) throws Exception {
        embedded = TestStore.start(folder);
        store = embedded.store();
        records = new JobRecords(store);
        attempts = new Attempts(store);
        deadLetters = new DeadLetters(store);
        endings = new Endings(records, deadLetters, new WebhookQueue(webhooks), () -> now);
    }

    /// One worker's sweeper; it knows only what is in the bucket.
    Sweeper sweeper(Sweeper.Errand... errands) {
        Overdue overdue = new Overdue(records, attempts, lanes, endings, MAX_ATTEMPTS, () -> now);
        return new Sweeper(store, new JobWalk(store, OVERDUE, List.of(overdue)), List.of(errands), PERIOD, () -> now);
    }

    Accepted accept(String tenant, Duration age) {
        return accept(tenant, age, Lane.INTERACTIVE, null);
    }

    Accepted accept(String tenant, Duration age, Lane lane, @Nullable Instant deadline) {
        Instant created = now.minus(age);
        Accepted accepted = new Accepted(
                Accepted.SCHEMA,
                JobId.create(created),
                new Tenant(tenant),
                created,
                new Source(ImageFormat.JPEG, 4, 2, 10, "0".repeat(64), 1, 1),
                Map.of("small", OutputSpec.inside(100)),
                null,
                null,
                new Accepted.Webhook(URI.create("https://example.com/"), Set.of()),
                null,
                Map.of(),
                deadline,
                lane,
                null,
                null);
        store.put(Keys.original(accepted.tenant(), accepted.job()), new byte[] {1}, "image/jpeg");
        records.accept(accepted);
        return accepted;
    }

    void end(Accepted accepted) {
        store.put(
                Keys.output(accepted.tenant(), accepted.job(), "small", ImageFormat.JPEG),
                new byte[] {2},
                "image/jpeg");
        records.finish(accepted, new Result(1, accepted.job(), JobStatus.SUCCEEDED, now, now, 1, Map.of(), null, null));
    }

    /// As if workers had ended over it so often.
    void begun(Accepted accepted, int attempts) {
        for (int attempt = 2; attempt <= attempts; attempt++) {
            this.attempts.begin(accepted.tenant(), accepted.job(), new Started(now, attempt));
        }
    }

    Result result(Accepted accepted) {
        return records.result(accepted.tenant(), accepted.job()).orElseThrow();
    }

    /// Everything there is, but for how far the sweeper has come.
    List<String> keys() {
        List<String> keys = new ArrayList<>();
        String next = null;
        do {
            ObjectStore.Page page = store.list("", false, next);
            keys.addAll(page.keys());
            next = page.next();
        } while (next != null);
        keys.remove(Keys.checkpoint());
        return keys;
    }

    /// Begins anew.
    void clear() {
        keys().forEach(store::delete);
        store.delete(Keys.checkpoint());
        List.of(jobs, bulk, webhooks).forEach(queue -> queue.sent().clear());
        now = Instant.parse("2026-11-24T10:30:00Z");
    }

    @Override
    public void close() throws java.io.IOException {
        embedded.close();
    }
}
