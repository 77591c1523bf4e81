package dev.minilab.egress;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A range of addresses: RFC 4632 for IPv4, RFC 4291 section 2.3 for IPv6. No bit beyond the prefix is set.
public record Cidr(InetAddress network, int prefix) {
    private static final Pattern FORM = Pattern.compile("([^/]+)/([0-9]{1,3})");
    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff};

    public Cidr {
        int size = network.getAddress().length * Byte.SIZE;
        if (prefix < 0 || prefix > size) {
            throw new IllegalArgumentException(
                    "the prefix of " + AddressText.format(network) + " must be 0 to " + size);
        }
        int lowest = new BigInteger(1, network.getAddress()).getLowestSetBit();
        if (lowest >= 0 && lowest < size - prefix) {
            throw new IllegalArgumentException(
                    AddressText.format(network) + "/" + prefix + " has bits set beyond its prefix");
        }
    }

    /// Reads `10.0.0.0/8` or `fc00::/7`.
    public static Cidr parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("not a range like 10.0.0.0/8 or fc00::/7: " + text);
        }
        InetAddress network = AddressText.parse(form.group(1))
                .orElseThrow(
                        () -> new IllegalArgumentException("not an IPv4 or IPv6 address before the slash: " + text));
        if (network instanceof Inet4Address && text.contains(":")) {
            throw new IllegalArgumentException("write an IPv4-mapped range as IPv4: " + text);
        }
        return new Cidr(network, Integer.parseInt(form.group(2)));
    }

    /// The addresses that this machine has at the moment, each as a range of one.
    public static List<Cidr> ofThisMachine() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .map(address -> new Cidr(withoutZone(address), address.getAddress().length * Byte.SIZE))
                    .toList();
        } catch (SocketException e) {
            throw new IllegalStateException("the system does not tell its addresses", e);
        }
    }

    private static InetAddress withoutZone(InetAddress address) {
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four or sixteen bytes are an address", e);
        }
    }

    /// An IPv4-mapped IPv6 address counts as the IPv4 address that it is.
    public boolean contains(InetAddress address) {
        return contains(plainBytes(address));
    }

    boolean contains(byte[] address) {
        byte[] own = network.getAddress();
        if (address.length != own.length) {
            return false;
        }
        int at = Arrays.mismatch(own, address);
        return at < 0 || at * Byte.SIZE + leadingZeros(own[at] ^ address[at]) >= prefix;
    }

    private static int leadingZeros(int difference) {
        return Integer.numberOfLeadingZeros(difference & 0xff) - (Integer.SIZE - Byte.SIZE);
    }

    static byte[] plainBytes(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean mapped = bytes.length == 16 && Arrays.equals(bytes, 0, MAPPED.length, MAPPED, 0, MAPPED.length);
        return mapped ? Arrays.copyOfRange(bytes, MAPPED.length, bytes.length) : bytes;
    }

    @Override
    public String toString() {
        return AddressText.format(network) + "/" + prefix;
    }
}
