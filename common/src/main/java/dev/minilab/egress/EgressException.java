package dev.minilab.egress;

import java.io.IOException;
import java.io.Serial;
import java.util.Locale;

/// That a stranger's server gave no answer, and why.
public final class EgressException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    /// Why there was no answer.
    public enum Failure {
        /// The address, or every address of the name, may not be reached.
        BLOCKED_ADDRESS("the address may not be reached"),
        UNKNOWN_HOST("the name of the host is not known"),
        UNREACHABLE("the host refused the connection or cannot be reached"),
        TLS("no secure connection came about: is the certificate valid for this host?"),
        TIMEOUT("there was no whole answer in time"),
        /// The connection broke, or what came is not HTTP.
        BROKEN_OFF("the answer broke off or is not HTTP");

        private final String sentence;

        Failure(String sentence) {
            this.sentence = sentence;
        }

        /// A sentence for whoever chose the address.
        public String sentence() {
            return sentence;
        }

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Failure failure;

    EgressException(Failure failure, IOException cause) {
        super(failure.sentence(), cause);
        this.failure = failure;
    }

    public Failure failure() {
        return failure;
    }
}
