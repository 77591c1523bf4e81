package dev.minilab.worker;

import dev.minilab.config.Config;
import dev.minilab.config.ConfigException;
import dev.minilab.egress.EgressClient;
import dev.minilab.health.Preflight;
import dev.minilab.health.Readiness;
import dev.minilab.health.Shutdown;
import dev.minilab.inspect.Inspector;
import dev.minilab.inspect.Limits;
import dev.minilab.queue.MessageQueue;
import dev.minilab.queue.Queues;
import dev.minilab.record.Attempts;
import dev.minilab.record.DeadLetters;
import dev.minilab.record.JobLanes;
import dev.minilab.record.JobQueue;
import dev.minilab.record.JobRecords;
import dev.minilab.record.JobView;
import dev.minilab.record.WebhookQueue;
import dev.minilab.record.WorkerReports;
import dev.minilab.store.ObjectStore;
import dev.minilab.worker.consume.Consumer;
import dev.minilab.worker.consume.Fairness;
import dev.minilab.worker.consume.Permits;
import dev.minilab.worker.render.Renderer;
import dev.minilab.worker.source.SourceFetcher;
import dev.minilab.worker.sweep.DeadLetterBox;
import dev.minilab.worker.sweep.Endings;
import dev.minilab.worker.sweep.JobWalk;
import dev.minilab.worker.sweep.Leftovers;
import dev.minilab.worker.sweep.Overdue;
import dev.minilab.worker.sweep.Retention;
import dev.minilab.worker.sweep.Sweeper;
import dev.minilab.worker.webhook.DeliveryLog;
import dev.minilab.worker.webhook.LostAnnouncements;
import dev.minilab.worker.webhook.PendingWebhooks;
import dev.minilab.worker.webhook.Signers;
import dev.minilab.worker.webhook.WebhookHandler;
import dev.minilab.worker.webhook.WebhookLetterBox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// A worker: consumes jobs and webhooks, and sweeps. Any number of them may run on the same bucket and queues.
public final class Worker implements AutoCloseable {

    /// They wait for strangers and hold little meanwhile.
    private static final int WEBHOOKS_AT_ONCE = 128;

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    private Worker() {}

    /// Starts a worker with everything it needs.
    ///
    /// @throws ConfigException if there is no webhook secret to sign with, or no room for originals from URLs
    public static Worker start(Config config) {
        Signers signers = new Signers(config.webhooks());
        Worker worker = new Worker();
        try {
            worker.build(config, signers);
            return worker;
        } catch (IOException e) {
            worker.close();
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            worker.close();
            throw new IllegalStateException("interrupted while starting", e);
        } catch (RuntimeException | Error e) {
            worker.close();
            throw e;
        }
    }

    private void build(Config config, Signers signers) throws IOException, InterruptedException {
        InstantSource clock = InstantSource.system();
        ObjectStore store = part(new ObjectStore(config.store()));
        Queues queues = part(new Queues(config.queue()));
        MessageQueue jobs = queues.open(config.queue().jobs());
        MessageQueue bulk = queues.open(config.queue().bulk());
        MessageQueue webhooks = queues.open(config.queue().webhooks());
        Preflight.check(config, store, List.of(jobs, bulk, webhooks));
        Readiness readiness = new Readiness(store, jobs);
        JobRecords records = new JobRecords(store);
        JobView view = new JobView(store, config.store().urlTtl(), clock);
        Inspector inspector =
                new Inspector(Limits.defaults().withMaxPixels(config.limits().maxPixels()));
        Renderer renderer =
                part(Renderer.start(config.worker().render(), config.worker().jobLimit()));
        EgressClient egress = part(new EgressClient(config.egress().policy()));

        Consumer.Settings settings = settings(config.worker());
        var webhookQueue = new WebhookQueue(webhooks);
        var fetcher = new SourceFetcher(
                egress,
                config.egress().policy(),
                config.egress().rules(),
                config.limits().maxUploadBytes(),
                spoolFolder(config));
        var originals = new Originals(store, inspector, fetcher, config.limits().maxUploadBytes());
        var jobHandler = new JobHandler(
                store, originals, records, webhookQueue, inspector, renderer, Config.Worker.MAX_RECEIVE_COUNT, clock);
        var pending = new PendingWebhooks(
                store, records, webhookQueue, config.worker().overdue(), clock);
        var webhookHandler = WebhookHandler.of(
                config.webhooks(), signers, records, view, egress, pending, webhookQueue, new DeliveryLog(), clock);
        Consumer ofWebhooks =
                part(new Consumer(webhooks, webhookHandler, settings, Permits.alone(WEBHOOKS_AT_ONCE), Fairness.NONE));
        Permits permits = new Permits(Math.max(2, config.worker().concurrency()));
        Permits.Lane first = permits.lane(1);
        Permits.Lane second = permits.lane(Math.max(1, config.worker().concurrency() / 8));
        Fairness fairness = fairness(config);
        Consumer ofBulk = part(new Consumer(bulk, jobHandler, settings, second, fairness));
        Consumer ofJobs = part(new Consumer(jobs, jobHandler, settings, first, fairness));
        ofWebhooks.start();
        ofBulk.start();
        ofJobs.start();
        part(sweeper(config, store, queues, records, webhookQueue, pending, clock))
                .start();
        part(new QueueWatch(jobs, ofJobs::lastTaken, clock)).start();
        part(new QueueWatch(bulk, ofBulk::lastTaken, clock)).start();
        part(new QueueWatch(webhooks, ofWebhooks::lastTaken, clock)).start();
        for (MessageQueue queue : List.of(jobs, bulk, webhooks)) {
            MessageQueue box = queues.open(Config.Queue.deadLettersOf(queue.name()));
            part(new QueueWatch(box, () -> null, clock)).start();
        }
        part(new CapabilityReporter(
                        new WorkerReports(store),
                        WorkerCapabilities.of(config, renderer.isolation(), renderer.codecs(), clock.instant()),
                        clock))
                .start();
        if (config.worker().healthPort() > 0) {
            part(new HealthServer(config.api().host(), config.worker().healthPort(), readiness));
        }
        parts.push(() -> {
            readiness.drain();
            ofJobs.stopReceiving();
            ofBulk.stopReceiving();
            ofWebhooks.stopReceiving();
        });
    }

    private static Path spoolFolder(Config config) {
        try {
            return Files.createDirectories(config.api().spoolFolder());
        } catch (IOException e) {
            throw new ConfigException(List.of("MINILAB_SPOOL_DIR cannot be used: " + e), e);
        }
    }

    private static Sweeper sweeper(
            Config config,
            ObjectStore store,
            Queues queues,
            JobRecords records,
            WebhookQueue webhooks,
            PendingWebhooks pending,
            InstantSource clock) {
        Config.Queue names = config.queue();
        int most = Config.Worker.MAX_RECEIVE_COUNT;
        Attempts attempts = new Attempts(store);
        JobLanes lanes = new JobLanes(new JobQueue(queues.open(names.jobs())), new JobQueue(queues.open(names.bulk())));
        Endings endings = new Endings(records, new DeadLetters(store), webhooks, clock);
        List<Sweeper.Errand> errands = new ArrayList<>();
        errands.add((_, _) -> pending.sendDue());
        for (String queue : List.of(names.jobs(), names.bulk())) {
            MessageQueue box = queues.open(Config.Queue.deadLettersOf(queue));
            errands.add(new DeadLetterBox(box, records, attempts, lanes, endings, most, clock));
        }
        errands.add(new WebhookLetterBox(queues.open(Config.Queue.deadLettersOf(names.webhooks()))));
        errands.add(new Leftovers(store));
        if (config.worker().retention() != null) {
            errands.add(new Retention(store, config.worker().retention()));
        }
        Overdue overdue = new Overdue(records, attempts, lanes, endings, most, clock);
        LostAnnouncements lost =
                new LostAnnouncements(records, webhooks, config.worker().overdue(), clock);
        JobWalk walk = new JobWalk(store, config.worker().overdue(), List.of(overdue, lost));
        return new Sweeper(store, walk, errands, config.worker().sweepPeriod(), clock);
    }

    /// No tenant has all the permits of a lane to itself, where there are some to divide. Amazon's queues hand out
    /// the messages of a tenant with a backlog after those of others; from a queue of one's own, more have to be
    /// taken to come by the others'.
    private static Fairness fairness(Config config) {
        int most = config.worker().concurrency() - Math.max(1, config.worker().concurrency() / 8);
        int perTenant = most < 3 ? Math.max(1, most) : most - Math.max(1, most / 4);
        return new Fairness(JobQueue::tenantOf, perTenant, config.queue().endpoint() == null ? 10 : 256);
    }

    private static Consumer.Settings settings(Config.Worker config) {
        return new Consumer.Settings(
                config.visibility(), config.heartbeat(), config.longestWork(), config.longPoll(), config.drain());
    }

    private <T extends AutoCloseable> T part(T part) {
        parts.push(part);
        return part;
    }

    /// Stops receiving, finishes or gives back what is in work within the drain time, and closes the rest, last
    /// opened first.
    @Override
    public void close() {
        Shutdown.closeAll(parts);
    }
}
