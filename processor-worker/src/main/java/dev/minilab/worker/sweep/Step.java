package dev.minilab.worker.sweep;

/// What a sweep does for a job that it comes by. For one thread at a time.
@FunctionalInterface
public interface Step {

    /// Looks after a job. Called when the job passes the overdue time, twice that, and so on, for the first two or
    /// three
    /// hours; then with all jobs of its hour, and again as long as a step says so, at ever greater ages.
    ///
    /// @return whether the job is to be looked at again
    boolean visit(JobFolder job) throws InterruptedException;
}
