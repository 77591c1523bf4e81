package dev.minilab.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.queue.FakeQueue;
import dev.minilab.queue.FakeQueue.Call;
import dev.minilab.queue.FakeQueue.Kind;
import dev.minilab.worker.consume.Outcome.RetryAfter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Timeout;

/// A random history of messages, outcomes and failing calls, against what a model of it says must have happened.
/// `-Dminilab.seed=…` replays one.
@DisplayName("I5, I22 The consumer, against a model")
@Timeout(60)
class ConsumerModelTest {

    private static final Duration POLL = Duration.ofMillis(20);

    /// What the handler does with a message, receive by receive; after the last it is done.
    private enum Act {
        RETRY,
        FAIL_TO_SETTLE
    }

    @RepeatedTest(60)
    @DisplayName("every message is handled as often as it fails and once more, deleted last, and none beside")
    void history(RepetitionInfo repetition) throws Exception {
        long seed = Long.getLong("minilab.seed", 1000L + repetition.getCurrentRepetition());
        Random random = new Random(seed);
        int concurrency = 1 + random.nextInt(6);
        Map<String, List<Act>> script = script(random);
        FakeQueue queue = new FakeQueue();
        Map<String, AtomicInteger> handled = new ConcurrentHashMap<>();
        AtomicInteger working = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Handler handler = message -> {
            most.accumulateAndGet(working.incrementAndGet(), Math::max);
            try {
                int time = handled.computeIfAbsent(message.body(), _ -> new AtomicInteger())
                        .incrementAndGet();
                List<Act> acts = script.getOrDefault(message.body(), List.of());
                if (time > acts.size()) {
                    return Outcome.DONE;
                }
                return switch (acts.get(time - 1)) {
                    case RETRY -> new RetryAfter(Duration.ZERO);
                    case FAIL_TO_SETTLE -> {
                        queue.failNext(Kind.HIDE, FakeQueue.unreachable());
                        yield new RetryAfter(Duration.ZERO);
                    }
                };
            } finally {
                working.decrementAndGet();
            }
        };
        var settings = new Consumer.Settings(
                Duration.ofMillis(200), Duration.ofSeconds(30), Duration.ofMinutes(1), POLL, Duration.ofSeconds(20));
        script.keySet().forEach(body -> queue.send(body, "a"));
        try (Consumer consumer = new Consumer(queue, handler, settings, Permits.alone(concurrency), Fairness.NONE)) {
            consumer.start();
            queue.awaitCalls(script.size(), call -> call.kind() == Kind.DELETE);
        }

        Map<String, Integer> expected = new HashMap<>();
        script.forEach((body, acts) -> expected.put(body, acts.size() + 1));
        assertThat(handled.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, e -> e.getValue().get())))
                .as("seed %s", seed)
                .isEqualTo(expected);
        assertThat(queue.ids()).as("seed %s", seed).isEmpty();
        assertThat(most.get()).as("seed %s", seed).isLessThanOrEqualTo(concurrency);
        assertThat(lastOfEach(queue.settlements())).as("seed %s", seed).containsOnly(Kind.DELETE);
    }

    private static Map<String, List<Act>> script(Random random) {
        Map<String, List<Act>> script = new HashMap<>();
        int messages = 1 + random.nextInt(12);
        for (int i = 0; i < messages; i++) {
            List<Act> acts = new ArrayList<>();
            while (random.nextInt(3) == 0) {
                acts.add(random.nextInt(2) == 0 ? Act.RETRY : Act.FAIL_TO_SETTLE);
            }
            script.put("body " + i, acts);
        }
        return script;
    }

    private static List<Kind> lastOfEach(List<Call> settlements) {
        Map<String, Kind> last = new HashMap<>();
        settlements.forEach(call -> last.put(call.id(), call.kind()));
        return List.copyOf(last.values());
    }
}
