package dev.minilab.standalone;

import dev.minilab.store.ObjectStore;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/// Uploads jobs while processes are killed with SIGKILL, one after the other, each started again at once. What is
/// killed and after which pause follows from the seed; where in its work that hits a process does not.
final class KillLoop implements AutoCloseable {

    /// What dies.
    enum Kind {
        API,
        WORKER,
        RENDER,
        EVERYTHING
    }

    /// One death, and when whatever died was back.
    record Kill(Kind kind, Instant at, Instant back) {}

    /// Short times, so that what waits for a visibility or the sweeper is seen to come back within the test.
    static final Map<String, String> SHORT = Map.of(
            "MINILAB_VISIBILITY", "5s",
            "MINILAB_HEARTBEAT", "1s",
            "MINILAB_OVERDUE", "4s",
            "MINILAB_SWEEP_PERIOD", "1s",
            "MINILAB_LONG_POLL", "1s");

    private static final String ISOLATION = "MINILAB_RENDER_ISOLATION";
    private static final int WORKERS = 2;
    /// Longer than the lease on an idempotency key whose first request was killed.
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final Audit audit;
    private final Random random;
    private final byte[] image;
    private final Thread watch;
    private final WebhookReceiver receiver = new WebhookReceiver();
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final List<Thread> uploads = new ArrayList<>();
    private final List<Kill> kills = new ArrayList<>();
    private int asked;
    private volatile Client client = new Client(URI.create("http://127.0.0.1:1"));

    KillLoop(ObjectStore bucket, long seed) throws IOException {
        audit = new Audit(bucket);
        random = new Random(seed);
        image = Images.jpeg(1000, 750);
        watch = Thread.ofVirtual().start(this::watch);
    }

    /// Sees results soon after they are written, so that one that changes later is noticed.
    private void watch() {
        while (!Thread.currentThread().isInterrupted()) {
            audit.look();
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
        }
    }

    /// Everything in one process on a data folder, which is killed as a whole.
    void everything(Path data, int jobs, int deaths) throws Exception {
        MinilabProcess minilab = serve(data);
        try {
            for (int i = 0; i < deaths; i++) {
                upload(jobs / deaths);
                pause();
                Instant killed = Instant.now();
                minilab.kill();
                minilab = serve(data);
                kills.add(new Kill(Kind.EVERYTHING, killed, Instant.now()));
            }
            awaitEnd();
        } finally {
            minilab.kill();
        }
    }

    private MinilabProcess serve(Path data) throws Exception {
        Map<String, String> env = new TreeMap<>(SHORT);
        env.put(ISOLATION, "thread");
        MinilabProcess minilab = MinilabProcess.start(env, "serve", "--port", "0", "--data", data.toString());
        client = new Client(minilab.awaitUri());
        return minilab;
    }

    /// API, two workers, and the render processes that one of them has, beside infra that lives.
    void parts(Infra infra, int jobs, Map<Kind, Integer> deaths) throws Exception {
        Map<String, String> env = new TreeMap<>(infra.settings());
        env.putAll(SHORT);
        env.put("MINILAB_PORT", "0");
        env.put("MINILAB_EGRESS_ALLOW", "127.0.0.0/8");
        List<Kind> order = new ArrayList<>();
        new TreeMap<>(deaths).forEach((kind, times) -> order.addAll(Collections.nCopies(times, kind)));
        Collections.shuffle(order, random);
        MinilabProcess api = api(env);
        List<MinilabProcess> workers = new ArrayList<>();
        try {
            for (int i = 0; i < WORKERS; i++) {
                workers.add(worker(env, i));
            }
            for (int i = 0; i < order.size(); i++) {
                upload(jobs * (i + 1) / order.size() - jobs * i / order.size());
                pause();
                int which = random.nextInt(WORKERS);
                Instant killed = Instant.now();
                switch (order.get(i)) {
                    case API -> {
                        api.kill();
                        api = api(env);
                    }
                    case WORKER -> {
                        workers.get(which).kill();
                        workers.set(which, worker(env, which));
                    }
                    case RENDER -> killRenders(workers.getFirst());
                    case EVERYTHING -> throw new IllegalArgumentException("these are parts");
                }
                kills.add(new Kill(order.get(i), killed, Instant.now()));
            }
            awaitEnd();
        } finally {
            api.kill();
            workers.forEach(MinilabProcess::kill);
        }
    }

    /// All that it has, the one that works among them.
    private static void killRenders(MinilabProcess worker) {
        worker.renderProcesses().forEach(ProcessHandle::destroyForcibly);
    }

    /// Until every job has ended and been announced, or patience has: the audit says what is missing.
    private void awaitEnd() throws InterruptedException {
        for (Thread upload : uploads) {
            upload.join();
        }
        watch.interrupt();
        watch.join();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while ((!audit.look().isEmpty() || announced() < audit.ended()) && System.nanoTime() < end) {
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
    }

    private long announced() {
        return receiver.log().stream()
                .map(WebhookReceiver.Received::id)
                .distinct()
                .count();
    }

    /// What the auditor says.
    Audit audit(Duration bound) {
        audit.check(asked, accepted, kills, receiver.log(), bound);
        return audit;
    }

    private MinilabProcess api(Map<String, String> env) throws Exception {
        MinilabProcess api = MinilabProcess.start(env, "api");
        client = new Client(api.awaitUri());
        return api;
    }

    /// The first renders in processes, as everyone's does; the second is there again sooner.
    private static MinilabProcess worker(Map<String, String> shared, int which) throws Exception {
        Map<String, String> env = new TreeMap<>(shared);
        if (which > 0) {
            env.put(ISOLATION, "thread");
        }
        MinilabProcess worker = MinilabProcess.start(env, "worker");
        worker.awaitReady();
        return worker;
    }

    private void pause() {
        LockSupport.parkNanos(Duration.ofMillis(random.nextInt(700)).toNanos());
    }

    private void upload(int jobs) {
        asked += jobs;
        uploads.add(Thread.ofVirtual().start(() -> {
            for (int i = 0; i < jobs; i++) {
                uploadOne();
            }
        }));
    }

    /// Tries under one key until it is answered 202, or patience ends: then the audit misses it.
    private void uploadOne() {
        String path = "/v1/jobs?webhook_url=" + URLEncoder.encode(receiver.url(), StandardCharsets.UTF_8);
        String key = UUID.randomUUID().toString();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            try {
                HttpResponse<byte[]> answer = client.post(path, "image/jpeg", image, "Idempotency-Key", key);
                if (answer.statusCode() == 202) {
                    accepted.add(Client.id(answer));
                    return;
                }
            } catch (IOException _) {
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos()); // It is dead, and back in a while.
                continue;
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
            LockSupport.parkNanos(Duration.ofMillis(500).toNanos()); // The first try has the key yet.
        }
    }

    @Override
    public void close() {
        watch.interrupt();
        receiver.close();
    }
}
