package dev.minilab.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("F30 The lookup of a name is bounded")
class TimedLookupTest {

    private static final InetAddress[] ADDRESS = {InetAddress.ofLiteral("192.0.2.1")};

    @Test
    @DisplayName("a name server that is slow costs the limit, and no thread that carries virtual ones")
    void slow() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        AtomicBoolean virtual = new AtomicBoolean(true);
        TimedLookup lookup = new TimedLookup(
                host -> {
                    virtual.set(Thread.currentThread().isVirtual());
                    awaitUninterruptibly(never, host);
                    return ADDRESS;
                },
                Duration.ofMillis(50),
                2);
        assertThatExceptionOfType(UnknownHostException.class)
                .isThrownBy(() -> lookup.lookup("slow.example"))
                .withMessageContaining("in time");
        assertThat(virtual).isFalse();
        never.countDown();
    }

    @Test
    @DisplayName("when all threads wait for it, further lookups fail at once")
    void full() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        TimedLookup lookup = new TimedLookup(
                host -> {
                    awaitUninterruptibly(never, host);
                    return ADDRESS;
                },
                Duration.ofMillis(20),
                1);
        assertThatExceptionOfType(UnknownHostException.class).isThrownBy(() -> lookup.lookup("one.example"));
        TimedLookup patient = lookup;
        long start = System.nanoTime();
        assertThatExceptionOfType(UnknownHostException.class).isThrownBy(() -> patient.lookup("two.example"));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        never.countDown();
    }

    @Test
    @DisplayName("what is found is given back, and an unknown name is unknown")
    void found() throws Exception {
        TimedLookup lookup = new TimedLookup(
                host -> {
                    if (host.equals("none.example")) {
                        throw new UnknownHostException(host);
                    }
                    return ADDRESS;
                },
                Duration.ofSeconds(5),
                2);
        assertThat(lookup.lookup("some.example")).isEqualTo(ADDRESS);
        assertThatExceptionOfType(UnknownHostException.class).isThrownBy(() -> lookup.lookup("none.example"));
    }

    private static void awaitUninterruptibly(CountDownLatch latch, String host) throws UnknownHostException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new UnknownHostException(host + ": " + e);
        }
    }
}
