package dev.minilab.record;

import dev.minilab.job.Accepted;
import dev.minilab.job.Delivery;
import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Result;
import dev.minilab.job.Started;
import dev.minilab.job.Tenant;
import dev.minilab.json.Json;
import dev.minilab.store.ObjectStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Reads and writes the objects that are the state of a job. Each is created once with `If-None-Match: *` and never
/// changed, but for the tombstone that takes the place of a result against its ETag; so any number of processes can
/// do
/// this at once. Thread-safe.
public final class JobRecords {

    private static final String TYPE = "application/json";

    private final ObjectStore store;

    public JobRecords(ObjectStore store) {
        this.store = store;
    }

    /// The commit point: once this returns, the job exists and will reach a terminal state.
    ///
    /// @return the job that stands: the given one, or the one that was first accepted under this id
    public Accepted accept(Accepted accepted) {
        String key = Keys.accepted(accepted.tenant(), accepted.job());
        return store.putIfAbsent(key, Json.write(accepted), TYPE)
                .map(first -> parse(key, first, Accepted.class))
                .orElse(accepted);
    }

    /// Says that a worker is at it. A note for whoever asks: when one stands there already, nothing changes.
    public void start(Accepted accepted, Started started) {
        store.putIfAbsent(Keys.started(accepted.tenant(), accepted.job()), Json.write(started), TYPE);
    }

    /// Ends a job, unless it has ended already.
    ///
    /// @return the result that stands: the given one, or the one that came first
    public Result finish(Accepted accepted, Result result) {
        return finish(accepted.tenant(), accepted.job(), result);
    }

    /// Ends a job of which only the id is known.
    public Result finish(Tenant tenant, JobId job, Result result) {
        String key = Keys.result(tenant, job);
        return store.putIfAbsent(key, Json.write(result), TYPE)
                .map(first -> parse(key, first, Result.class))
                .orElse(result);
    }

    /// Ends a job whose deadline has passed, unless it has ended already.
    ///
    /// @param attempts how often a worker has taken it up
    /// @return the result that stands
    public Result expire(Accepted accepted, int attempts, Instant now) {
        return finish(accepted, Result.expired(accepted.job(), null, attempts, now));
    }

    /// Puts a tombstone in the place of the result. From then on nothing can bring the job back; what hangs on it is
    /// for [JobRemains] to remove.
    ///
    /// @return whether this did it, and nobody before
    public boolean bury(Tenant tenant, JobId job, Instant now) {
        String key = Keys.result(tenant, job);
        Result unfinished = Result.canceled(job, null, 0, now).tombstone(now);
        while (true) {
            Optional<ObjectStore.Version> standing = store.getVersion(key);
            if (standing.isEmpty()) {
                if (finish(tenant, job, unfinished).equals(unfinished)) {
                    return true;
                }
                continue; // It has just ended.
            }
            Result result = parse(key, standing.get().bytes(), Result.class);
            if (result.deletedAt() != null) {
                return false;
            }
            if (store.replace(key, standing.get(), Json.write(result.tombstone(now)), TYPE)) {
                return true;
            }
        }
    }

    /// Whether there is such a job, be its request readable or not.
    public boolean exists(Tenant tenant, JobId job) {
        return store.head(Keys.accepted(tenant, job)).isPresent();
    }

    public Optional<Accepted> accepted(Tenant tenant, JobId job) {
        return read(Keys.accepted(tenant, job), Accepted.class);
    }

    public Optional<Result> result(Tenant tenant, JobId job) {
        return read(Keys.result(tenant, job), Result.class);
    }

    /// Everything there is to know of a job, or nothing if there is no such job of this tenant: one to four reads.
    public Optional<JobSnapshot> find(Tenant tenant, JobId job) {
        return accepted(tenant, job).map(accepted -> {
            Result result = result(tenant, job).orElse(null);
            Started started = result == null
                    ? read(Keys.started(tenant, job), Started.class).orElse(null)
                    : null;
            boolean announced = result != null
                    && accepted.webhook() != null
                    && accepted.webhook().wants(result.status());
            return new JobSnapshot(accepted, started, result, announced ? lastDelivery(tenant, job) : null);
        });
    }

    /// Looks again at a job that had not ended: one or two reads while it has not, and all of it once it has.
    public JobSnapshot again(JobSnapshot job) {
        Accepted accepted = job.accepted();
        if (result(accepted.tenant(), accepted.job()).isPresent()) {
            return find(accepted.tenant(), accepted.job()).orElse(job);
        }
        Started started = job.started() != null
                ? job.started()
                : read(Keys.started(accepted.tenant(), accepted.job()), Started.class)
                        .orElse(null);
        return new JobSnapshot(accepted, started, null, null);
    }

    /// Records one attempt to deliver a webhook.
    ///
    /// @return nothing if recorded, else the attempt that stands under this number
    public Optional<Delivery> deliver(Accepted accepted, Delivery delivery) {
        String key = Keys.delivery(accepted.tenant(), accepted.job(), delivery.attempt());
        return store.putIfAbsent(key, Json.write(delivery), TYPE).map(first -> parse(key, first, Delivery.class));
    }

    /// One attempt by its number.
    public Optional<Delivery> delivery(Tenant tenant, JobId job, int attempt) {
        return read(Keys.delivery(tenant, job, attempt), Delivery.class);
    }

    /// The latest attempt. Most jobs have one: two reads cost less than a listing.
    public @Nullable Delivery lastDelivery(Tenant tenant, JobId job) {
        Delivery first = delivery(tenant, job, 1).orElse(null);
        if (first == null) {
            return null;
        }
        Delivery second = delivery(tenant, job, 2).orElse(null);
        if (second == null) {
            return first;
        }
        int last = deliveryNumbers(tenant, job).max().orElse(2);
        return last == 2 ? second : delivery(tenant, job, last).orElse(second);
    }

    /// All attempts, the first one first.
    public List<Delivery> deliveries(Tenant tenant, JobId job) {
        return deliveryNumbers(tenant, job)
                .sorted()
                .boxed()
                .flatMap(attempt -> delivery(tenant, job, attempt).stream())
                .toList();
    }

    private IntStream deliveryNumbers(Tenant tenant, JobId job) {
        return store.list(Keys.deliveries(tenant, job), false, null).keys().stream()
                .flatMap(key -> Keys.jobObject(key).stream())
                .mapToInt(Keys.JobObject::delivery)
                .filter(attempt -> attempt > 0);
    }

    private <T> Optional<T> read(String key, Class<T> type) {
        return store.get(key).map(json -> parse(key, json, type));
    }

    /// Nobody's request is at fault when what we stored cannot be read.
    static <T> T parse(String key, byte[] json, Class<T> type) {
        try {
            return Json.read(json, type);
        } catch (Json.UnreadableJsonException e) {
            throw new DamagedRecordException(key, e);
        }
    }
}
