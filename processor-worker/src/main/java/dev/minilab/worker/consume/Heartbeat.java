package dev.minilab.worker.consume;

import dev.minilab.queue.Message;
import dev.minilab.queue.MessageQueue;
import dev.minilab.worker.consume.Consumer.Settings;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps a message hidden from others until closed, for its greatest age at the most.
final class Heartbeat implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

    private final MessageQueue queue;
    private final Message message;
    private final Settings settings;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private volatile long end;

    private Heartbeat(MessageQueue queue, Message message, Settings settings) {
        this.queue = queue;
        this.message = message;
        this.settings = settings;
        thread = Thread.ofVirtual().name("heartbeat-" + message.id()).unstarted(this::beatUntilClosed);
        countFromNow();
    }

    static Heartbeat start(MessageQueue queue, Message message, Settings settings) {
        Heartbeat heartbeat = new Heartbeat(queue, message, settings);
        heartbeat.thread.start();
        return heartbeat;
    }

    /// Lets the age count from now on.
    void countFromNow() {
        end = System.nanoTime() + settings.maxAge().toNanos();
    }

    private void beatUntilClosed() {
        try {
            while (end - System.nanoTime() > 0) {
                if (closed.await(settings.heartbeat().toNanos(), TimeUnit.NANOSECONDS)) {
                    return; // The work is over.
                }
                beat();
            }
            LOG.warn("Message {} of {} is taking too long: others may have it", message.id(), queue.name());
        } catch (InterruptedException _) {
            return; // The work is over, and a beat was under way.
        }
    }

    private void beat() {
        try {
            queue.changeVisibility(message, settings.visibility());
        } catch (RuntimeException e) { // The next beat may come through.
            LOG.warn("Heartbeat of message {} of {} failed: {}", message.id(), queue.name(), e.getMessage());
        }
    }

    /// Returns after the last beat, so that none undoes what the message is settled with. The interrupt only cuts
    /// short a beat under way: a client that is about to time out may take it for its own.
    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
        boolean interrupted = Thread.interrupted();
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
