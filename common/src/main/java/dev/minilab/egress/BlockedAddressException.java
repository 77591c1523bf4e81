package dev.minilab.egress;

import java.io.Serial;
import java.net.UnknownHostException;

/// A name that leads to blocked addresses only. It is an unknown host to HTTP clients, whose resolvers may throw no
/// more.
public final class BlockedAddressException extends UnknownHostException {
    @Serial
    private static final long serialVersionUID = 1L;

    BlockedAddressException(String host) {
        super("no permitted address for " + host);
    }
}
