package dev.minilab.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Ranges of addresses")
class CidrTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,            10.0.0.0/8",
        "0.0.0.0/0,             0.0.0.0/0",
        "255.255.255.255/32,    255.255.255.255/32",
        "::/0,                  ::/0",
        "::1/128,               ::1/128",
        "FC00:0:0:0:0:0:0:0/7,  fc00::/7",
        "2001:0DB8:0::/32,      2001:db8::/32",
        "1:0:0:2:0:0:0:3/128,   1:0:0:2::3/128",
        "1:0:0:2:3:0:0:4/128,   1::2:3:0:0:4/128",
        "1:0:2:3:4:5:6:7/128,   1:0:2:3:4:5:6:7/128",
        "10:100:0:0:10:0:1:0/128, 10:100::10:0:1:0/128",
    })
    @DisplayName("are written in their canonical form")
    void canonical(String text, String canonical) {
        assertThat(Cidr.parse(text)).hasToString(canonical).isEqualTo(Cidr.parse(canonical));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "10.0.0.0",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/+8",
                "10.0.0.0/8/8",
                "10.0.0.0/99999999999",
                "10.0.0.1/8",
                "10/8",
                "10.0.0/8",
                "010.0.0.0/8",
                "0x0a.0.0.0/8",
                "167772160/8",
                "256.0.0.0/8",
                " 10.0.0.0/8",
                "::1/129",
                "::1/64",
                ":::/8",
                "[::1]/128",
                "fe80::%lo/10",
                "fe80::%1/10",
                "::ffff:10.0.0.0/24",
                "::ffff:10.0.0.0/104",
                "localhost/32",
                "example.com/32",
            })
    @DisplayName("are refused when malformed, with a message")
    void malformed(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cidr.parse(text)).withMessageMatching(".{10,}");
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0/0,      255.255.255.255, true",
        "10.0.0.0/8,     10.255.255.255,  true",
        "10.0.0.0/8,     11.0.0.0,        false",
        "172.16.0.0/12,  172.31.255.255,  true",
        "172.16.0.0/12,  172.32.0.0,      false",
        "192.0.2.7/32,   192.0.2.7,       true",
        "192.0.2.7/32,   192.0.2.6,       false",
        "fe80::/10,      febf::1,         true",
        "fe80::/10,      fec0::,          false",
        "0.0.0.0/0,      ::,              false",
        "::/0,           1.2.3.4,         false",
    })
    @DisplayName("contain what has their prefix, in their own family")
    void contains(String range, String address, boolean expected) {
        assertThat(Cidr.parse(range).contains(InetAddress.ofLiteral(address))).isEqualTo(expected);
    }

    @Test
    @DisplayName("take an IPv4-mapped address as the IPv4 address it is")
    void mapped() throws UnknownHostException {
        byte[] bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 1, 2, 3};
        Inet6Address mapped = Inet6Address.getByAddress(null, bytes, -1);

        assertThat(Cidr.parse("10.0.0.0/8").contains(mapped)).isTrue();
        assertThat(Cidr.parse("::/0").contains(mapped)).isFalse();
    }
}
