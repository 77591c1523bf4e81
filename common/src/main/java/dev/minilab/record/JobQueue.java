package dev.minilab.record;

import dev.minilab.job.JobId;
import dev.minilab.job.JobMessage;
import dev.minilab.job.Tenant;
import dev.minilab.json.Json;
import dev.minilab.queue.Message;
import dev.minilab.queue.MessageQueue;
import java.nio.charset.StandardCharsets;

/// A queue whose messages mean jobs. Thread-safe.
public final class JobQueue {

    private final MessageQueue queue;

    public JobQueue(MessageQueue queue) {
        this.queue = queue;
    }

    /// Sends a job; sending it twice is harmless.
    public void send(Tenant tenant, JobId job) {
        send(new JobMessage(JobMessage.SCHEMA, tenant, job, null));
    }

    /// Sends a job that was sent before, or should have been.
    public void sendAgain(Tenant tenant, JobId job) {
        send(new JobMessage(JobMessage.SCHEMA, tenant, job, true));
    }

    private void send(JobMessage message) {
        queue.send(
                new String(Json.write(message), StandardCharsets.UTF_8),
                message.tenant().value());
    }

    /// The job that a message means.
    ///
    /// @throws Json.UnreadableJsonException if it is none of ours
    public static JobMessage read(Message message) {
        return Json.read(message.body().getBytes(StandardCharsets.UTF_8), JobMessage.class);
    }

    /// Whose job a message means; empty for one that is none of ours.
    public static String tenantOf(Message message) {
        try {
            return read(message).tenant().value();
        } catch (Json.UnreadableJsonException _) {
            return "";
        }
    }
}
