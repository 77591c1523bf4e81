package dev.minilab.api;

import dev.minilab.config.AccessConfig;
import dev.minilab.config.Config;
import dev.minilab.config.ConfigException;
import dev.minilab.health.Preflight;
import dev.minilab.health.Readiness;
import dev.minilab.health.Shutdown;
import dev.minilab.inspect.Inspector;
import dev.minilab.inspect.Limits;
import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Tenant;
import dev.minilab.queue.MessageQueue;
import dev.minilab.queue.Queues;
import dev.minilab.record.Claims;
import dev.minilab.record.JobLanes;
import dev.minilab.record.JobList;
import dev.minilab.record.JobQueue;
import dev.minilab.record.JobRecords;
import dev.minilab.record.JobRemains;
import dev.minilab.record.JobView;
import dev.minilab.record.SharedSecret;
import dev.minilab.record.WebhookQueue;
import dev.minilab.record.WorkerReports;
import dev.minilab.request.Presets;
import dev.minilab.store.ObjectStore;
import io.javalin.Javalin;
import io.javalin.config.RoutesConfig;
import io.javalin.util.JavalinBindException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The HTTP API of one process. Any number of them may run on the same bucket and queues.
public final class IngestApi implements AutoCloseable {

    private static final byte[] LIVE = "{\"status\":\"live\"}".getBytes(StandardCharsets.UTF_8);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final String host;
    private @Nullable Javalin server;

    private IngestApi(String host) {
        this.host = host;
    }

    /// Starts to listen, with everything that takes.
    ///
    /// @throws ConfigException if bucket, queues, keys or presets cannot be used, or the port is taken
    public static IngestApi start(Config config) {
        IngestApi api = new IngestApi(config.api().host());
        try {
            check(config);
            api.build(config);
            return api;
        } catch (IOException e) {
            api.close();
            throw new ConfigException(List.of("MINILAB_SPOOL_DIR cannot be used: " + e));
        } catch (RuntimeException | Error e) {
            api.close();
            throw e;
        }
    }

    /// Reads the files that settings name, so that their mistakes show before anything is started.
    ///
    /// @throws ConfigException if keys or presets cannot be used, or there are no keys where only presets may be
    public static void check(Config config) {
        List<String> mistakes = new ArrayList<>();
        List<Runnable> files = List.of(
                () -> ApiKeys.load(config.api().keysFile()),
                () -> PresetsFile.load(config.api().presetsFile()));
        for (Runnable file : files) {
            try {
                file.run();
            } catch (ConfigException e) {
                mistakes.addAll(e.mistakes());
            }
        }
        if (config.access().presetsOnly() && config.api().keysFile() == null) {
            mistakes.add(
                    "MINILAB_PRESETS_ONLY needs MINILAB_API_KEYS_FILE: without API keys everyone may do everything");
        }
        if (!mistakes.isEmpty()) {
            throw new ConfigException(mistakes);
        }
    }

    private void build(Config config) throws IOException {
        InstantSource clock = InstantSource.system();
        Spool spool = Spool.open(config.api().spoolFolder(), clock.instant());
        ApiKeys keys = ApiKeys.load(config.api().keysFile());
        Presets presets = PresetsFile.load(config.api().presetsFile());
        ObjectStore store = part(new ObjectStore(config.store()));
        Queues queues = part(new Queues(config.queue()));
        MessageQueue jobs = queues.open(config.queue().jobs());
        MessageQueue bulk = queues.open(config.queue().bulk());
        MessageQueue webhooks = queues.open(config.queue().webhooks());
        Preflight.check(config, store, List.of(jobs, bulk, webhooks));
        Readiness readiness = new Readiness(store, jobs);
        JobRecords records = new JobRecords(store);
        JobView view = new JobView(store, config.store().urlTtl(), clock);
        JobWatch watch = new JobWatch(records::again, JobWatch.MOST_WAITING);
        JobAnswers answers = new JobAnswers(records, view, watch);
        AccessConfig access = config.access();
        BiPredicate<Tenant, JobId> ended =
                (tenant, job) -> records.result(tenant, job).isPresent();
        Backlog backlog = part(new Backlog(ended, access.maxQueueAge(), clock));
        backlog.start();
        Admission admission = new Admission(
                access.uploads(),
                access.uploadBytes(),
                config.limits().maxUploadBytes(),
                new Quotas(ended, access.queuedJobs(), access.bytesADay(), clock),
                backlog);
        Intake intake = new Intake(
                records,
                new Idempotency(new Claims(store), records, clock),
                new JobLanes(new JobQueue(jobs), new JobQueue(bulk)),
                clock);
        Inspector inspector =
                new Inspector(Limits.defaults().withMaxPixels(config.limits().maxPixels()));
        IntakeRoutes intakeRoutes = new IntakeRoutes(
                intake,
                new RequestDraft.Rules(
                        presets, config.egress().policy(), config.egress().rules()),
                new Origins(
                        store,
                        new Inspections(inspector),
                        config.limits().maxUploadBytes(),
                        config.egress().policy(),
                        config.egress().rules()),
                answers,
                spool,
                config.limits().maxUploadBytes(),
                admission,
                access.presetsOnly());
        UploadRoutes uploadRoutes = new UploadRoutes(store, config.limits().maxUploadBytes(), clock);
        LifecycleRoutes lifecycleRoutes = new LifecycleRoutes(
                answers, new Lifecycle(records, new JobRemains(store), new WebhookQueue(webhooks), clock));
        JobRoutes jobRoutes = new JobRoutes(answers, view, store, config.store().urlTtl());
        EventRoutes eventRoutes = new EventRoutes(answers, view, watch, EventRoutes.SIGN_OF_LIFE);
        ListRoutes listRoutes = new ListRoutes(
                part(new JobList(store, records, clock)),
                view,
                new Cursors(SharedSecret.below(Keys.cursorSecret(), store, new SecureRandom())));
        DeliveryRoutes deliveryRoutes = new DeliveryRoutes(
                answers,
                records,
                new WebhookQueue(webhooks),
                config.egress().policy(),
                config.egress().rules());
        InstallationRoutes installationRoutes =
                new InstallationRoutes(presets, new WorkerReports(store), config.limits(), clock);

        URI links = store.link(Keys.workers(), config.store().urlTtl()).url();
        listen(config, keys, links, routes -> {
            health(routes, readiness);
            DescriptionRoutes.register(routes);
            Accepts.register(routes);
            intakeRoutes.register(routes);
            uploadRoutes.register(routes);
            jobRoutes.register(routes);
            eventRoutes.register(routes);
            listRoutes.register(routes);
            deliveryRoutes.register(routes);
            lifecycleRoutes.register(routes);
            installationRoutes.register(routes);
            new ConsoleRoutes().register(routes);
            if (config.api().inbox()) {
                new InboxRoutes(config.webhooks().secrets(), clock).register(routes);
            }
        });
        parts.push(watch);
        parts.push(readiness::drain);
    }

    private void listen(Config config, ApiKeys keys, URI links, Consumer<RoutesConfig> routes) {
        server = ApiServer.create(config, keys, links, routes);
        part(server::stop);
        try {
            server.start(config.api().host(), config.api().port());
        } catch (JavalinBindException e) {
            throw new ConfigException(
                    List.of("MINILAB_PORT: cannot listen on " + host + ":"
                            + config.api().port() + ": is it taken?"),
                    e);
        }
    }

    private static void health(RoutesConfig routes, Readiness readiness) {
        routes.get("/health/live", ctx -> ctx.contentType("application/json").result(LIVE), Access.ANYONE);
        routes.get(
                "/health/ready",
                ctx -> {
                    Readiness.State state = readiness.state();
                    ctx.status(state.ready() ? 200 : 503)
                            .contentType("application/json")
                            .result(state.json());
                },
                Access.ANYONE);
    }

    /// Where it listens.
    public URI uri() {
        String name = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        return URI.create("http://" + name + ":" + server().port());
    }

    /// All it answers, and what each route asks of its caller.
    public List<Route> routes() {
        return Gate.routes(server());
    }

    private Javalin server() {
        if (server == null) {
            throw new IllegalStateException("the API has not been started");
        }
        return server;
    }

    private <T extends AutoCloseable> T part(T part) {
        parts.push(part);
        return part;
    }

    /// Accepts no more requests, lets those under way end within the drain time, and closes the rest.
    @Override
    public void close() {
        Shutdown.closeAll(parts);
    }
}
