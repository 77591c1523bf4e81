package dev.minilab.standalone;

import dev.minilab.job.Accepted;
import dev.minilab.job.Delivery;
import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Result;
import dev.minilab.job.Sha256;
import dev.minilab.job.Tenant;
import dev.minilab.record.JobRecords;
import dev.minilab.standalone.KillLoop.Kill;
import dev.minilab.standalone.KillLoop.Kind;
import dev.minilab.standalone.WebhookReceiver.Received;
import dev.minilab.store.ObjectStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/// Reads the bucket while jobs are being killed and afterwards, and says whether what was promised was kept.
final class Audit {

    private final ObjectStore bucket;
    private final JobRecords records;
    /// Each result as it was first seen.
    private final Map<JobId, String> firstSeen = new ConcurrentHashMap<>();

    private final Set<JobId> jobs = ConcurrentHashMap.newKeySet();
    private final List<String> broken = new ArrayList<>();
    private final StringBuilder table = new StringBuilder();

    Audit(ObjectStore bucket) {
        this.bucket = bucket;
        records = new JobRecords(bucket);
    }

    /// Takes note of what there is now.
    ///
    /// @return the jobs that have not ended
    Set<JobId> look() {
        String next = null;
        do {
            ObjectStore.Page page = bucket.list(Keys.hours(Tenant.DEFAULT), false, next);
            for (String key : page.keys()) {
                Keys.jobObject(key).ifPresent(object -> {
                    if (object.isAccepted()) {
                        jobs.add(object.job());
                    } else if (object.isResult()) {
                        firstSeen.computeIfAbsent(
                                object.job(), _ -> Sha256.of(bucket.get(key).orElseThrow()));
                    }
                });
            }
            next = page.next();
        } while (next != null);
        Set<JobId> open = new HashSet<>(jobs);
        open.removeAll(firstSeen.keySet());
        return open;
    }

    /// How many jobs have ended.
    int ended() {
        return firstSeen.size();
    }

    /// Compares what was promised with what is there.
    ///
    /// @param asked how many jobs were asked for, each under a key of its own
    /// @param promised the jobs that were answered 202
    /// @param announced what the receiver answered 204
    /// @param bound how long a job may take to end once everything is up again
    void check(int asked, Set<String> promised, List<Kill> kills, List<Received> announced, Duration bound) {
        Set<JobId> open = look();
        Set<String> existing = jobs.stream().map(JobId::value).collect(Collectors.toSet());
        line("kills", kills.stream().collect(Collectors.groupingBy(Kill::kind, TreeMap::new, Collectors.counting())));
        line(
                "jobs asked for / answered 202 / in the bucket",
                asked + " / " + promised.size() + " / " + existing.size());
        none("never answered 202", promised.size() == asked ? Set.of() : Set.of(asked - promised.size() + " jobs"));
        none("I4 made although another job stands for the key", minus(existing, promised));
        none("I1 answered 202 and not in the bucket", minus(promised, existing));
        none("I1 without a result", open);
        none("I3 results without a job", minus(firstSeen.keySet(), jobs));

        List<Duration> recoveries = new ArrayList<>();
        Map<String, Instant> endedAt = new TreeMap<>();
        Map<String, Integer> statuses = new TreeMap<>();
        int outputs = 0;
        for (JobId job : firstSeen.keySet()) {
            byte[] standing = bucket.get(Keys.result(Tenant.DEFAULT, job)).orElseThrow();
            none("I2 results that changed", Sha256.of(standing).equals(firstSeen.get(job)) ? Set.of() : Set.of(job));
            Accepted accepted = records.accepted(Tenant.DEFAULT, job).orElseThrow();
            Result result = records.result(Tenant.DEFAULT, job).orElseThrow();
            statuses.merge(result.status().wireName(), 1, Integer::sum);
            none(
                    "outputs that are not those asked for",
                    minus(accepted.outputs().keySet(), result.outputs().keySet()));
            outputs += outputs(job, result);
            endedAt.put(Delivery.webhookId(job, result.status()), result.finishedAt());
            recovery(accepted, result, kills).ifPresent(recoveries::add);
        }
        line("ended as", statuses);
        none("ended otherwise than succeeded", minus(statuses.keySet(), Set.of("succeeded")));
        line("outputs that exist, with their hash", outputs);
        announcements(endedAt, kills, announced);
        recoveries.sort(Comparator.naturalOrder());
        line("I6 jobs that a kill met under way", recoveries.size());
        if (!recoveries.isEmpty()) {
            line(
                    "I6 ended after everything was back, p50 / p95 / worst (bound " + seconds(bound) + ")",
                    seconds(recoveries.get(recoveries.size() / 2)) + " / "
                            + seconds(recoveries.get(recoveries.size() * 95 / 100)) + " / "
                            + seconds(recoveries.getLast()));
            none(
                    "I6 later than the bound",
                    recoveries.stream().filter(r -> r.compareTo(bound) > 0).toList());
        }
    }

    private int outputs(JobId job, Result result) {
        int good = 0;
        for (Map.Entry<String, Result.Output> output : result.outputs().entrySet()) {
            Result.Stored stored = output.getValue().stored();
            if (stored != null) {
                String key = Keys.output(Tenant.DEFAULT, job, output.getKey(), stored.format());
                boolean right = bucket.get(key)
                        .map(Sha256::of)
                        .filter(stored.sha256()::equals)
                        .isPresent();
                none("I23 outputs that are missing or not what the result says", right ? Set.of() : Set.of(key));
                good += right ? 1 : 0;
            }
        }
        return good;
    }

    private void announcements(Map<String, Instant> endedAt, List<Kill> kills, List<Received> announced) {
        Map<String, List<Instant>> byId = announced.stream()
                .collect(Collectors.groupingBy(
                        Received::id, TreeMap::new, Collectors.mapping(Received::at, Collectors.toList())));
        none("I19 jobs whose webhook did not come", minus(endedAt.keySet(), byId.keySet()));
        none("I3 webhooks of no job", minus(byId.keySet(), endedAt.keySet()));
        Map<String, List<Instant>> twice = new TreeMap<>(byId);
        twice.values().removeIf(times -> times.size() == 1);
        line("webhooks, of these after a 2xx again", byId.size() + ", " + twice.size());
        twice.entrySet()
                .removeIf(webhook -> explained(
                        kills,
                        endedAt.getOrDefault(webhook.getKey(), Instant.MAX),
                        webhook.getValue().getLast()));
        none("webhooks that came again, and no kill explains it", twice.keySet());
    }

    /// A worker that dies between the end of a job and the record of its delivery leaves a message behind, and no
    /// word of whether it told the receiver.
    private static boolean explained(List<Kill> kills, Instant ended, Instant lastTold) {
        return kills.stream()
                .filter(kill -> kill.kind() == Kind.WORKER || kill.kind() == Kind.EVERYTHING)
                .anyMatch(kill -> kill.back().isAfter(ended) && kill.at().isBefore(lastTold));
    }

    /// From when everything was up again after the last kill that the job saw.
    private static Optional<Duration> recovery(Accepted accepted, Result result, List<Kill> kills) {
        return kills.stream()
                .filter(kill ->
                        kill.at().isAfter(accepted.acceptedAt()) && kill.at().isBefore(result.finishedAt()))
                .map(Kill::back)
                .max(Comparator.naturalOrder())
                .map(back -> Duration.between(back, result.finishedAt()))
                .map(late -> late.isNegative() ? Duration.ZERO : late);
    }

    private static <T> Set<T> minus(Set<T> all, Set<?> without) {
        Set<T> rest = new HashSet<>(all);
        rest.removeAll(without);
        return rest;
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }

    private void line(String what, Object value) {
        table.append(String.format(Locale.ROOT, "  %-70s %s%n", what, value));
    }

    private void none(String what, Iterable<?> wrong) {
        List<String> all = new ArrayList<>();
        wrong.forEach(one -> all.add(String.valueOf(one)));
        if (!all.isEmpty()) {
            broken.add(what + ": " + all);
        }
    }

    /// What was not kept; empty when all was.
    List<String> broken() {
        return broken;
    }

    @Override
    public String toString() {
        return table + (broken.isEmpty() ? "  everything that was promised was kept" : "  BROKEN: " + broken);
    }
}
