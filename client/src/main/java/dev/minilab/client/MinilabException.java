package dev.minilab.client;

/// That a call did not get what it asked for. Thrown when trying again was no use any more.
public abstract sealed class MinilabException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private MinilabException(String message) {
        super(message);
    }

    private MinilabException(String message, Throwable cause) {
        super(message, cause);
    }

    /// The API, or the store in a direct upload or download, said no.
    public static final class Refused extends MinilabException {

        private static final long serialVersionUID = 1L;
        private final transient Problem problem;
        private final boolean repeated;

        Refused(Problem problem, boolean repeated) {
            super(problem.status() + " " + problem.code()
                    + (problem.detail() == null ? "" : ": " + problem.detail())
                    + (problem.errors().isEmpty() ? "" : " " + problem.errors()));
            this.problem = problem;
            this.repeated = repeated;
        }

        public Problem problem() {
            return problem;
        }

        /// Whether it says so to a repetition only: then an earlier try may be why.
        boolean repeated(String code) {
            return repeated && problem.code().equals(code);
        }
    }

    /// No answer came, or none that can be understood. Whether the request had an effect is not known.
    public static final class Unreachable extends MinilabException {

        private static final long serialVersionUID = 1L;

        Unreachable(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /// The job has not ended in the time it was given. It goes on.
    public static final class NotEnded extends MinilabException {

        private static final long serialVersionUID = 1L;
        private final transient Job job;

        NotEnded(Job job) {
            super("job " + job.id() + " has not ended in time: it is "
                    + job.status().wireName());
            this.job = job;
        }

        /// The job as it was seen last.
        public Job job() {
            return job;
        }
    }

    /// The thread was interrupted, and still has its mark.
    public static final class Interrupted extends MinilabException {

        private static final long serialVersionUID = 1L;

        Interrupted(InterruptedException cause) {
            super("interrupted while waiting for an answer", cause);
        }
    }
}
