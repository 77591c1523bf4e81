package dev.minilab.worker.consume;

/// The permit that one message holds. For its thread alone.
final class Seat implements AutoCloseable {

    private final Permits.Lane lane;
    private boolean held = true;

    Seat(Permits.Lane lane) {
        this.lane = lane;
    }

    /// Leaves the permit to others.
    void leave() {
        if (held) {
            held = false;
            lane.release(1);
        }
    }

    /// Waits to have one again.
    void takeBack() throws InterruptedException {
        lane.takeBack();
        held = true;
    }

    @Override
    public void close() {
        leave();
    }
}
