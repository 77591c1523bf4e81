package dev.minilab.egress;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/// Addresses as text, without ever asking DNS.
///
/// Read strictly: IPv4 is four decimal numbers without leading zeros, IPv6 (RFC 4291) has no zone and no brackets.
/// Written
/// as RFC 5952 asks.
final class AddressText {
    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*");

    private AddressText() {}

    static Optional<InetAddress> parse(String text) {
        if (IPV4.matcher(text).matches()) {
            return Optional.of(Inet4Address.ofLiteral(text));
        }
        return IPV6.matcher(text).matches() ? parseIpv6(text) : Optional.empty();
    }

    private static Optional<InetAddress> parseIpv6(String text) {
        try {
            return Optional.of(Inet6Address.ofLiteral(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty(); // the JDK has no other way to say that this is not an address
        }
    }

    /// The shortest form; an IPv4-mapped address that the JDK turned into IPv4 is written as IPv4.
    static String format(InetAddress address) {
        String full = address.getHostAddress();
        if (address instanceof Inet4Address) {
            return full;
        }
        for (int zeros = 8; zeros >= 2; zeros--) {
            String run = "(^|:)0(:0){" + (zeros - 1) + "}(:|$)";
            String shorter = full.replaceFirst(run, "::");
            if (!shorter.equals(full)) {
                return shorter;
            }
        }
        return full;
    }
}
