package dev.minilab.queue;

/// How many messages a queue holds, as SQS estimates it: those that anyone may receive, those that someone works on,
/// and those that wait out their delay.
public record Depth(int visible, int inFlight, int delayed) {}
