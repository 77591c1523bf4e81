package dev.minilab.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.minilab.worker.consume.Permits.Lane;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Permits shared by lanes")
@Timeout(60)
class PermitsTest {

    private final Permits permits = new Permits(8);
    private final Lane first = permits.lane(1);
    private final Lane second = permits.lane(2);

    @Test
    @DisplayName("a lane may take all but what others have reserved")
    void allButReserved() throws Exception {
        assertThat(second.take(10)).isEqualTo(7);
        assertThat(first.take(10)).isEqualTo(1);
        second.release(7);
        assertThat(first.take(10)).isEqualTo(5);
        assertThat(second.take(10)).isEqualTo(2);
    }

    @Test
    @DisplayName("what is given back goes to the lane that comes first, if that asks, before others get more")
    void precedence() throws Exception {
        assertThat(second.take(10)).isEqualTo(7);
        assertThat(first.take(1)).isEqualTo(1);
        CompletableFuture<Integer> later = asking(second, 1);
        CompletableFuture<Integer> sooner = asking(first, 1);
        second.release(1);
        assertThat(sooner.get(20, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(later).isNotDone();
        first.release(1);
        assertThat(later.get(20, TimeUnit.SECONDS)).isEqualTo(1);
    }

    @Test
    @DisplayName("a lane that always asks cannot keep another from what that has reserved")
    void noStarvation() throws Exception {
        assertThat(first.take(10)).isEqualTo(6);
        CompletableFuture<Integer> more = asking(first, 10);
        assertThat(second.take(10)).isEqualTo(2);
        second.release(2);
        assertThat(second.take(10)).isEqualTo(2);
        assertThat(more).isNotDone();
        first.release(3);
        assertThat(more.get(20, TimeUnit.SECONDS)).isEqualTo(3);
    }

    @Test
    @DisplayName("who waits to go on comes before who looks for new messages")
    void takeBack() throws Exception {
        Lane alone = Permits.alone(1);
        assertThat(alone.take(1)).isEqualTo(1);
        CompletableFuture<Integer> looking = asking(alone, 1);
        CompletableFuture<Void> back = new CompletableFuture<>();
        Thread waiting = Thread.ofPlatform().start(() -> {
            try {
                alone.takeBack();
                back.complete(null);
            } catch (InterruptedException e) {
                back.completeExceptionally(e);
            }
        });
        awaitState(waiting);
        alone.release(1);
        back.get(20, TimeUnit.SECONDS);
        assertThat(looking).isNotDone();
        alone.release(1);
        assertThat(looking.get(20, TimeUnit.SECONDS)).isEqualTo(1);
    }

    @Test
    @DisplayName("I10 a closed lane gives nothing more, to who waits neither")
    void closed() throws Exception {
        assertThat(second.take(10)).isEqualTo(7);
        CompletableFuture<Integer> waiting = asking(second, 1);
        second.close();
        assertThat(waiting.get(20, TimeUnit.SECONDS)).isZero();
        second.release(7);
        assertThat(second.take(1)).isZero();
        assertThat(first.take(10)).isEqualTo(6);
    }

    @Test
    @DisplayName("more than there is cannot be reserved")
    void tooMuch() {
        assertThatIllegalArgumentException().isThrownBy(() -> permits.lane(6));
        assertThatIllegalArgumentException().isThrownBy(() -> permits.lane(0));
    }

    @Test
    @DisplayName("whatever is taken and given back: never more than all, and the reserved ones are there at once")
    void anySequence() throws Exception {
        long seed = Long.getLong("minilab.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            int total = 3 + random.nextInt(12);
            int[] reserved = {1 + random.nextInt(total - 2), 0, 0};
            reserved[1] = 1 + random.nextInt(total - reserved[0] - 1);
            reserved[2] = total - reserved[0] - reserved[1] > 0 ? 1 : 0;
            Permits some = new Permits(total);
            List<Lane> lanes = new ArrayList<>();
            for (int r : reserved) {
                if (r > 0) {
                    lanes.add(some.lane(r));
                }
            }
            int[] used = new int[lanes.size()];
            for (int step = 0; step < 60; step++) {
                int lane = random.nextInt(lanes.size());
                int most = 1 + random.nextInt(total);
                int expected = expected(total, reserved, used, lane);
                String where = "seed " + seed + " round " + round + " step " + step;
                if (random.nextBoolean() && expected > 0) {
                    int taken = lanes.get(lane).take(most);
                    assertThat(taken).as(where).isEqualTo(Math.min(most, expected));
                    used[lane] += taken;
                } else if (used[lane] > 0) {
                    int back = 1 + random.nextInt(used[lane]);
                    lanes.get(lane).release(back);
                    used[lane] -= back;
                }
                for (int other = 0; other < used.length; other++) {
                    assertThat(expected(total, reserved, used, other))
                            .as(where)
                            .isGreaterThanOrEqualTo(reserved[other] - used[other]);
                }
            }
        }
    }

    /// The model: nobody asks at the same time, so a lane may have all that others have not taken or reserved.
    private static int expected(int total, int[] reserved, int[] used, int lane) {
        int left = total - used[lane];
        for (int other = 0; other < used.length; other++) {
            left -= other == lane ? 0 : Math.max(used[other], reserved[other]);
        }
        return left;
    }

    @Test
    @DisplayName("under load from many threads no permit is lost and none is made")
    void manyThreads() throws Exception {
        AtomicInteger inUse = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<CompletableFuture<Integer>> done = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            Lane lane = i % 2 == 0 ? first : second;
            done.add(inThread(() -> {
                for (int n = 0; n < 2000; n++) {
                    int taken = lane.take(3);
                    most.accumulateAndGet(inUse.addAndGet(taken), Math::max);
                    inUse.addAndGet(-taken);
                    lane.release(taken);
                }
                return 0;
            }));
        }
        for (CompletableFuture<Integer> one : done) {
            one.get(50, TimeUnit.SECONDS);
        }
        assertThat(most.get()).isBetween(2, 8);
        assertThat(first.take(10)).isEqualTo(6);
        assertThat(second.take(10)).isEqualTo(2);
    }

    private interface Taking {
        int take() throws InterruptedException;
    }

    private static CompletableFuture<Integer> inThread(Taking taking) {
        CompletableFuture<Integer> taken = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                taken.complete(taking.take());
            } catch (InterruptedException e) {
                taken.completeExceptionally(e);
            }
        });
        return taken;
    }

    /// Someone who waits for permits by the time this returns.
    private static CompletableFuture<Integer> asking(Lane lane, int most) throws ExecutionException {
        CompletableFuture<Integer> taken = new CompletableFuture<>();
        awaitState(Thread.ofPlatform().start(() -> {
            try {
                taken.complete(lane.take(most));
            } catch (InterruptedException e) {
                taken.completeExceptionally(e);
            }
        }));
        return taken;
    }

    private static void awaitState(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            if (!thread.isAlive()) {
                throw new AssertionError("it did not wait");
            }
            Thread.onSpinWait();
        }
    }
}
