package dev.minilab.egress;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Which addresses may be connected to when a stranger chose the target: those of the public internet.
///
/// Blocked are the ranges of the IANA special-purpose registries (RFC 6890), multicast, and whatever smuggles such an
/// IPv4 address inside an IPv6 one. An address in the allow list is permitted all the same. Immutable and
/// thread-safe.
public final class AddressPolicy {
    private static final List<Cidr> BLOCKED = ranges(
            "0.0.0.0/8", // this network
            "10.0.0.0/8", // private
            "100.64.0.0/10", // carrier-grade NAT; also metadata services
            "127.0.0.0/8", // loopback
            "169.254.0.0/16", // link-local; also metadata services
            "172.16.0.0/12", // private
            "192.0.0.0/24", // protocol assignments
            "192.0.2.0/24", // documentation
            "192.88.99.0/24", // 6to4 relays
            "192.168.0.0/16", // private
            "198.18.0.0/15", // benchmarks
            "198.51.100.0/24", // documentation
            "203.0.113.0/24", // documentation
            "224.0.0.0/4", // multicast
            "240.0.0.0/4", // reserved, broadcast
            "::/96", // unspecified, loopback, IPv4-compatible
            "64:ff9b:1::/48", // NAT64 of the local network; where the IPv4 address sits is its own affair (RFC 8215)
            "100::/64", // discard only
            "2001::/32", // Teredo
            "2001:db8::/32", // documentation
            "2002::/16", // 6to4
            "3fff::/20", // documentation
            "5f00::/16", // segment routing
            "fc00::/7", // unique local
            "fe80::/10", // link-local
            "fec0::/10", // site-local, deprecated by RFC 3879 and still routed by some
            "ff00::/8"); // multicast

    /// NAT64 (RFC 6052) and IPv4-translated (RFC 2765): the IPv4 address is in the last 32 bits.
    private static final List<Cidr> TRANSLATED = ranges("64:ff9b::/96", "::ffff:0:0:0/96");

    private final List<Cidr> allow;
    private final List<Cidr> own;

    public AddressPolicy(List<Cidr> allow) {
        this(allow, List.of());
    }

    /// `own` holds the public addresses of this installation, which nobody may make it call.
    public AddressPolicy(List<Cidr> allow, List<Cidr> own) {
        this.allow = List.copyOf(allow);
        this.own = List.copyOf(own);
    }

    public boolean permits(InetAddress address) {
        return allows(address) || !isBlocked(Cidr.plainBytes(address));
    }

    /// Whether the allow list covers this address. The IPv4 address inside counts only for IPv4-mapped ones: other
    /// wrappings
    /// lead through machines that nobody allowed.
    boolean allows(InetAddress address) {
        return allow.stream().anyMatch(range -> range.contains(address));
    }

    private boolean isBlocked(byte[] address) {
        return covers(BLOCKED, address) || covers(own, address) || (wrapsIpv4(address) && isBlocked(lastFour(address)));
    }

    private static boolean wrapsIpv4(byte[] address) {
        return covers(TRANSLATED, address) || isIsatap(address);
    }

    /// An interface identifier of RFC 5214 section 6.1, with or without the bit for globally unique addresses.
    private static boolean isIsatap(byte[] a) {
        return a.length == 16 && (a[8] & ~2) == 0 && a[9] == 0 && a[10] == 0x5e && a[11] == (byte) 0xfe;
    }

    private static byte[] lastFour(byte[] address) {
        return Arrays.copyOfRange(address, address.length - 4, address.length);
    }

    private static boolean covers(List<Cidr> ranges, byte[] address) {
        return ranges.stream().anyMatch(range -> range.contains(address));
    }

    private static List<Cidr> ranges(String... texts) {
        return Stream.of(texts).map(Cidr::parse).toList();
    }
}
