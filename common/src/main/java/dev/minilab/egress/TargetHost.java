package dev.minilab.egress;

import java.lang.Character.UnicodeScript;
import java.net.IDN;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The host of a URL: a name in ASCII (IDNA 2003, RFC 3490), or an address written out.
///
/// `known` is the address that is certain without DNS: that of a literal, and 127.0.0.1 for `localhost` (RFC 6761).
record TargetHost(String text, Optional<InetAddress> known) {
    private static final int MAX_LENGTH = 253;
    private static final InetAddress LOOPBACK = Inet4Address.ofLiteral("127.0.0.1");
    private static final Pattern LOCALHOST = Pattern.compile("(?:.*\\.)?localhost");

    /// What the WHATWG URL standard calls "ends in a number": there, and in many resolvers, an IPv4 address.
    private static final Pattern ENDS_IN_A_NUMBER = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0x[0-9a-f]*)");

    /// Letters, digits and hyphens (RFC 1123); the last label starts with a letter, as java.net.URI wants it.
    private static final Pattern NAME =
            Pattern.compile("(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?");

    private static final Pattern DOT = Pattern.compile("\\.");

    /// Scripts with letters that look like those of another one of them; no honest label mixes them (UTS 39).
    private static final Set<UnicodeScript> LOOKALIKES = EnumSet.of(
            UnicodeScript.LATIN,
            UnicodeScript.CYRILLIC,
            UnicodeScript.GREEK,
            UnicodeScript.ARMENIAN,
            UnicodeScript.CHEROKEE);

    /// Reads the host part of an authority, IPv6 in its brackets.
    static TargetHost parse(String text) throws RefusedUrlException {
        if (text.startsWith("[")) {
            return ipv6(text.substring(1, text.length() - 1));
        }
        String host = ascii(text);
        Optional<InetAddress> ipv4 = AddressText.parse(host);
        if (ipv4.isPresent()) {
            return new TargetHost(host, ipv4);
        }
        if (ENDS_IN_A_NUMBER.matcher(host).matches()) {
            throw RefusedUrlException.blocked("The host is a number instead of a name or an address");
        }
        return name(host);
    }

    private static TargetHost ipv6(String text) throws RefusedUrlException {
        if (text.contains("%")) {
            throw RefusedUrlException.blocked("An address with a zone may not be reached");
        }
        InetAddress address = AddressText.parse(text)
                .orElseThrow(() -> RefusedUrlException.bad("The address in the URL is malformed"));
        String plain = AddressText.format(address);
        return new TargetHost(plain.contains(":") ? "[" + plain + "]" : plain, Optional.of(address));
    }

    private static String ascii(String text) throws RefusedUrlException {
        try {
            String ascii = IDN.toASCII(text, IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT);
            return ascii.endsWith(".") ? ascii.substring(0, ascii.length() - 1) : ascii;
        } catch (IllegalArgumentException e) {
            throw RefusedUrlException.bad("The host is not a valid name", e);
        }
    }

    private static TargetHost name(String host) throws RefusedUrlException {
        if (host.length() > MAX_LENGTH || !NAME.matcher(host).matches()) {
            throw RefusedUrlException.bad("The host is not a valid name");
        }
        if (DOT.splitAsStream(host).anyMatch(TargetHost::mixesScripts)) {
            throw RefusedUrlException.bad("The host mixes letters of scripts that look alike");
        }
        boolean local = LOCALHOST.matcher(host).matches();
        return new TargetHost(host, local ? Optional.of(LOOPBACK) : Optional.empty());
    }

    private static boolean mixesScripts(String label) {
        return IDN.toUnicode(label)
                        .codePoints()
                        .mapToObj(UnicodeScript::of)
                        .filter(LOOKALIKES::contains)
                        .distinct()
                        .count()
                > 1;
    }

    boolean isAllowedBy(AddressPolicy policy) {
        return known.filter(policy::allows).isPresent();
    }

    boolean isBlockedBy(AddressPolicy policy) {
        return known.filter(address -> !policy.permits(address)).isPresent();
    }
}
