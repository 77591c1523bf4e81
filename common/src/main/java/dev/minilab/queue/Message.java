package dev.minilab.queue;

/// A message as received: `receiveCount` counts from 1 and says how often it was handed out; `receiptHandle` belongs
/// to this receive only.
public record Message(String id, String body, String receiptHandle, int receiveCount) {}
