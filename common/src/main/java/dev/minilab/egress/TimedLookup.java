package dev.minilab.egress;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Asks the system for the addresses of a name, and not for longer than 5 s.
///
/// The system's lookup can be neither timed nor interrupted, and would hold the thread that carries a virtual one. So
/// it
/// runs on platform threads of its own, at most 64; a name server that answers nothing fails further lookups at once.
/// Thread-safe.
final class TimedLookup implements GuardedResolver.Lookup {
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final int MOST_AT_ONCE = 64;

    private final GuardedResolver.Lookup system;
    private final Duration longest;
    private final ThreadPoolExecutor threads;

    TimedLookup() {
        this(InetAddress::getAllByName, LONGEST, MOST_AT_ONCE);
    }

    TimedLookup(GuardedResolver.Lookup system, Duration longest, int mostAtOnce) {
        this.system = system;
        this.longest = longest;
        threads = new ThreadPoolExecutor(
                0,
                mostAtOnce,
                30,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform().daemon().name("lookup-", 0).factory());
    }

    @Override
    public InetAddress[] lookup(String host) throws UnknownHostException {
        try {
            Future<InetAddress[]> addresses = threads.submit(() -> system.lookup(host));
            return addresses.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw unknown(host, "is not known", e);
        } catch (TimeoutException | RejectedExecutionException e) {
            throw unknown(host, "was not found in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unknown(host, "was not waited for", e);
        }
    }

    private static UnknownHostException unknown(String host, String why, Exception cause) {
        UnknownHostException unknown = new UnknownHostException(host + " " + why);
        unknown.initCause(cause);
        return unknown;
    }
}
