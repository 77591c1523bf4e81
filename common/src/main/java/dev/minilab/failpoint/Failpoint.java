package dev.minilab.failpoint;

import org.jspecify.annotations.Nullable;

/// The gaps of the path between two effects that others can see. A process started with
/// `-Dminilab.failpoint=ACCEPTED_WRITTEN` ends there the first time it comes by, as by SIGKILL: nothing is flushed
/// and
/// no hook runs. `ACCEPTED_WRITTEN:3` waits for the third time.
///
/// Without the property a gap costs one comparison of constants. Thread-safe.
public enum Failpoint {
    /// An idempotency key is claimed, where there was one; nothing else is written.
    CLAIMED,
    /// The original is in the bucket; the job does not exist yet.
    ORIGINAL_STORED,
    /// The job exists; nobody was told.
    ACCEPTED_WRITTEN,
    /// The job is in the queue; the client has no answer.
    ENQUEUED,
    /// A worker has got messages, and has begun with none.
    RECEIVED,
    /// The outputs are rendered, and nowhere but in memory.
    RENDERED,
    /// The outputs are in the bucket; the job has not ended.
    OUTPUTS_STORED,
    /// The job has ended; its webhook is not in the queue.
    RESULT_WRITTEN,
    /// Everything is done; the message is still in the queue.
    ANNOUNCED,
    /// The message is deleted.
    SETTLED,
    /// The receiver has got a webhook; that it did is not recorded.
    WEBHOOK_POSTED,
    /// The delivery is recorded; the message is still in the queue.
    DELIVERY_RECORDED;

    private static final int EXIT_CODE = 137;
    private static final @Nullable Failpoint ARMED;
    private static int left;

    static {
        String[] set = System.getProperty("minilab.failpoint", "").split(":", 2);
        ARMED = set[0].isEmpty() ? null : valueOf(set[0]);
        left = set.length == 2 ? Integer.parseInt(set[1]) : 1;
    }

    /// Ends the process if this is where it is to end, the last time that it may come by.
    public void reach() {
        if (ARMED == this) {
            halt();
        }
    }

    private void halt() {
        synchronized (Failpoint.class) {
            left--;
            if (left <= 0) {
                System.err.println("Failpoint " + name());
                Runtime.getRuntime().halt(EXIT_CODE);
            }
        }
    }
}
