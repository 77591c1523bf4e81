package dev.minilab.egress;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;

/// Looks a name up at the moment of connecting, and gives only addresses that may be connected to.
///
/// One lookup a call: whoever connects to exactly what is returned cannot be rebound to another address in between.
/// Thread-safe if the lookup is.
public final class GuardedResolver {
    /// Where the addresses of a name come from.
    @FunctionalInterface
    public interface Lookup {
        InetAddress[] lookup(String host) throws UnknownHostException;
    }

    private final AddressPolicy policy;
    private final Lookup lookup;

    public GuardedResolver(AddressPolicy policy) {
        this(policy, new TimedLookup());
    }

    public GuardedResolver(AddressPolicy policy, Lookup lookup) {
        this.policy = policy;
        this.lookup = lookup;
    }

    /// The permitted addresses, in the order of the lookup, at least one; a [BlockedAddressException] if there are
    /// only others.
    public List<InetAddress> resolve(String host) throws UnknownHostException {
        InetAddress[] found = lookup.lookup(host);
        if (found.length == 0) {
            throw new UnknownHostException(host);
        }
        List<InetAddress> permitted = Stream.of(found).filter(policy::permits).toList();
        if (permitted.isEmpty()) {
            throw new BlockedAddressException(host);
        }
        return permitted;
    }
}
