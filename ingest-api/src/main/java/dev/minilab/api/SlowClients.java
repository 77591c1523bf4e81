package dev.minilab.api;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/// Cuts off clients that keep a connection busy by sending next to nothing. Thread-safe.
///
/// A body must have come at the least rate on average once the patience is over; what reads it then sees it break
/// off,
/// and [#cutOff] says why. A connection on which no request has become whole within the patience is closed.
final class SlowClients extends Handler.Wrapper implements Connection.Listener {

    private static final String CUT_OFF = "minilab.cut-off";

    private final Duration patience;
    private final long bytesASecond;
    private final Map<Connection, Long> waiting = new ConcurrentHashMap<>();
    private volatile Scheduler.@Nullable Task next;

    SlowClients(Duration patience, long bytesASecond) {
        this.patience = patience;
        this.bytesASecond = bytesASecond;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        for (Connector connector : getServer().getConnectors()) {
            connector.addEventListener(this);
        }
        schedule();
    }

    @Override
    protected void doStop() throws Exception {
        Scheduler.Task task = next;
        if (task != null) {
            task.cancel();
        }
        super.doStop();
    }

    private void schedule() {
        next = getServer()
                .getScheduler()
                .schedule(this::closeWaiting, Math.max(100, patience.toMillis() / 4), TimeUnit.MILLISECONDS);
    }

    private void closeWaiting() {
        long now = System.nanoTime();
        waiting.forEach((connection, since) -> {
            if (now - since > patience.toNanos()) {
                connection.close();
            }
        });
        if (isRunning()) {
            schedule();
        }
    }

    @Override
    public void onOpened(Connection connection) {
        waiting.put(connection, System.nanoTime());
    }

    @Override
    public void onClosed(Connection connection) {
        waiting.remove(connection);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Connection connection = request.getConnectionMetaData().getConnection();
        waiting.remove(connection);
        Runnable waitAgain = () -> {
            if (connection.getEndPoint().isOpen()) {
                waiting.put(connection, System.nanoTime());
            }
        };
        return super.handle(new Body(request), response, Callback.from(callback, waitAgain));
    }

    /// Whether the body of a request broke off because it came too slowly.
    static boolean cutOff(HttpServletRequest request) {
        return request.getAttribute(CUT_OFF) != null;
    }

    /// A request whose body is counted while it is read.
    private final class Body extends Request.Wrapper {
        private final long start = System.nanoTime();
        private long bytes;
        private volatile @Nullable TimeoutException failure;

        Body(Request request) {
            super(request);
        }

        @Override
        public void demand(Runnable available) {
            long nanos = System.nanoTime() - start;
            if (nanos > patience.toNanos() && bytes < bytesASecond * (nanos / 1e9)) {
                failure = new TimeoutException("the body comes too slowly");
                setAttribute(CUT_OFF, true);
                available.run();
                return;
            }
            super.demand(available);
        }

        @Override
        public Content.Chunk read() {
            TimeoutException slow = failure;
            if (slow != null) {
                return Content.Chunk.from(slow);
            }
            Content.Chunk chunk = super.read();
            if (chunk != null) {
                bytes += chunk.remaining();
                if (Content.Chunk.isFailure(chunk) && chunk.getFailure() instanceof TimeoutException) {
                    setAttribute(CUT_OFF, true);
                }
            }
            return chunk;
        }
    }
}
