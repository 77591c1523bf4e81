package dev.minilab.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("I20 Which addresses may be connected to")
class AddressPolicyTest {
    private static final AddressPolicy PUBLIC_ONLY = new AddressPolicy(List.of());

    @ParameterizedTest(name = "{0} to {1}, not {2}")
    @CsvSource({
        "0.0.0.0,       0.255.255.255,    1.0.0.0",
        "10.0.0.0,      10.255.255.255,   9.255.255.255",
        "10.0.0.0,      10.255.255.255,   11.0.0.0",
        "100.64.0.0,    100.127.255.255,  100.63.255.255",
        "100.64.0.0,    100.127.255.255,  100.128.0.0",
        "127.0.0.0,     127.255.255.255,  126.255.255.255",
        "127.0.0.0,     127.255.255.255,  128.0.0.0",
        "169.254.0.0,   169.254.255.255,  169.253.255.255",
        "169.254.0.0,   169.254.255.255,  169.255.0.0",
        "172.16.0.0,    172.31.255.255,   172.15.255.255",
        "172.16.0.0,    172.31.255.255,   172.32.0.0",
        "192.0.0.0,     192.0.0.255,      191.255.255.255",
        "192.0.0.0,     192.0.0.255,      192.0.1.0",
        "192.0.2.0,     192.0.2.255,      192.0.1.255",
        "192.0.2.0,     192.0.2.255,      192.0.3.0",
        "192.88.99.0,   192.88.99.255,    192.88.98.255",
        "192.88.99.0,   192.88.99.255,    192.88.100.0",
        "192.168.0.0,   192.168.255.255,  192.167.255.255",
        "192.168.0.0,   192.168.255.255,  192.169.0.0",
        "198.18.0.0,    198.19.255.255,   198.17.255.255",
        "198.18.0.0,    198.19.255.255,   198.20.0.0",
        "198.51.100.0,  198.51.100.255,   198.51.99.255",
        "198.51.100.0,  198.51.100.255,   198.51.101.0",
        "203.0.113.0,   203.0.113.255,    203.0.112.255",
        "203.0.113.0,   203.0.113.255,    203.0.114.0",
        "224.0.0.0,     239.255.255.255,  223.255.255.255",
        "240.0.0.0,     255.255.255.255,  223.255.255.255",
        "::,            ::1,              ::1:0:0",
        "::,            ::ffff:ffff,      ::1:0:0",
        "64:ff9b:1::,   64:ff9b:1:ffff:ffff:ffff:ffff:ffff, 64:ff9b:2::",
        "100::,         100::ffff:ffff:ffff:ffff, 100:0:1::",
        "100::,         100::ffff:ffff:ffff:ffff, ff:ffff::",
        "2001::,        2001:0:ffff:ffff:ffff:ffff:ffff:ffff, 2001:1::",
        "2001::,        2001:0:ffff:ffff:ffff:ffff:ffff:ffff, 2000:ffff::",
        "2001:db8::,    2001:db8:ffff:ffff:ffff:ffff:ffff:ffff, 2001:db7:ffff::",
        "2001:db8::,    2001:db8:ffff:ffff:ffff:ffff:ffff:ffff, 2001:db9::",
        "2002::,        2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 2001:ffff::",
        "2002::,        2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 2003::",
        "3fff::,        3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff, 3ffe:ffff::",
        "3fff::,        3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff, 3fff:1000::",
        "5f00::,        5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 5eff:ffff::",
        "5f00::,        5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 5f01::",
        "fc00::,        fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, fbff:ffff::",
        "fc00::,        fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, fe00::",
        "fe80::,        febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff, fe7f:ffff::",
        "fec0::,        feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, fe7f:ffff::",
        "ff00::,        ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, fe7f:ffff::",
    })
    @DisplayName("C61 a blocked range is blocked from its first to its last address, and no further")
    void ranges(String first, String last, String neighbour) {
        assertThat(PUBLIC_ONLY.permits(InetAddress.ofLiteral(first))).isFalse();
        assertThat(PUBLIC_ONLY.permits(InetAddress.ofLiteral(last))).isFalse();
        assertThat(PUBLIC_ONLY.permits(InetAddress.ofLiteral(neighbour))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "::ffff:7f00:1",
                "::ffff:10.0.0.1",
                "::7f00:1",
                "64:ff9b::7f00:1",
                "64:ff9b::169.254.169.254",
                "64:ff9b:1::8.8.8.8",
                "::ffff:0:127.0.0.1",
                "2002:7f00:1::",
                "2002:808:808::",
                "2001:0:808:808::1",
                "2600::5efe:10.0.0.1",
                "2600::200:5efe:192.168.0.1",
            })
    @DisplayName("C61 an IPv6 address is blocked for the IPv4 address inside")
    void embedded(String address) {
        assertThat(PUBLIC_ONLY.permits(InetAddress.ofLiteral(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8.8.8.8",
                "2606:4700:4700::1111",
                "::ffff:8.8.8.8",
                "64:ff9b::8.8.8.8",
                "2600::5efe:8.8.8.8",
                "2600::200:5efe:8.8.8.8",
                "2600::100:5efe:10.0.0.1",
                "2600::10.0.0.1",
            })
    @DisplayName("public addresses are permitted, also inside others")
    void permitted(String address) {
        assertThat(PUBLIC_ONLY.permits(InetAddress.ofLiteral(address))).isTrue();
    }

    @Test
    @DisplayName("C61 a mapped address that the JDK kept as IPv6 is unwrapped")
    void mappedKeptAsIpv6() throws UnknownHostException {
        assertThat(PUBLIC_ONLY.permits(mapped(127, 0, 0, 1))).isFalse();
        assertThat(PUBLIC_ONLY.permits(mapped(8, 8, 8, 8))).isTrue();
        assertThat(allowing("127.0.0.1/32").permits(mapped(127, 0, 0, 1))).isTrue();
    }

    @Test
    @DisplayName("I20 the allow list opens exactly what it names")
    void allowList() {
        AddressPolicy policy = allowing("10.1.0.0/16", "::1/128", "fd00::/8");

        assertThat(Stream.of("10.1.2.3", "::ffff:10.1.2.3", "::1", "fd12::5efe:10.9.9.9", "8.8.8.8"))
                .allMatch(address -> policy.permits(InetAddress.ofLiteral(address)));
        assertThat(Stream.of("10.2.0.0", "127.0.0.1", "fc00::1", "64:ff9b::10.1.2.3", "2600::5efe:10.1.2.3"))
                .noneMatch(address -> policy.permits(InetAddress.ofLiteral(address)));
    }

    @Test
    @DisplayName("C61 the installation's own addresses are blocked, also inside others, unless allowed")
    void ownAddresses() {
        List<Cidr> own = List.of(Cidr.parse("8.8.4.0/24"));
        AddressPolicy policy = new AddressPolicy(List.of(Cidr.parse("8.8.4.4/32")), own);

        assertThat(policy.permits(InetAddress.ofLiteral("8.8.4.5"))).isFalse();
        assertThat(policy.permits(InetAddress.ofLiteral("64:ff9b::8.8.4.5"))).isFalse();
        assertThat(policy.permits(InetAddress.ofLiteral("8.8.4.4"))).isTrue();
        assertThat(policy.permits(InetAddress.ofLiteral("8.8.5.5"))).isTrue();
    }

    private static AddressPolicy allowing(String... ranges) {
        return new AddressPolicy(Stream.of(ranges).map(Cidr::parse).toList());
    }

    private static InetAddress mapped(int a, int b, int c, int d) throws UnknownHostException {
        byte[] bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, (byte) a, (byte) b, (byte) c, (byte) d};
        return Inet6Address.getByAddress(null, bytes, -1);
    }
}
