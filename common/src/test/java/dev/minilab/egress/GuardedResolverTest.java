package dev.minilab.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("I20 Names are checked when they are connected to")
class GuardedResolverTest {
    private static final AddressPolicy PUBLIC_ONLY = new AddressPolicy(List.of());

    @Test
    @DisplayName("C61 only the permitted addresses are returned, in their order")
    void filters() throws UnknownHostException {
        GuardedResolver resolver = answering("10.0.0.1", "8.8.8.8", "::1", "2606:4700::1", "64:ff9b::7f00:1");

        assertThat(resolver.resolve("mixed.example"))
                .containsExactly(InetAddress.ofLiteral("8.8.8.8"), InetAddress.ofLiteral("2606:4700::1"));
    }

    @Test
    @DisplayName("C61 a name with blocked addresses only is blocked")
    void blocked() {
        assertThatExceptionOfType(BlockedAddressException.class)
                .isThrownBy(() -> answering("127.0.0.1", "::1").resolve("inside.example"))
                .withMessageContaining("inside.example");
    }

    @Test
    @DisplayName("C62 a name that is rebound gives the addresses that were checked, then is blocked")
    void rebinding() throws UnknownHostException {
        Queue<String> answers = new ArrayDeque<>(List.of("8.8.8.8", "127.0.0.1"));
        GuardedResolver resolver = new GuardedResolver(PUBLIC_ONLY, _ -> addresses(answers.remove()));

        assertThat(resolver.resolve("rebound.example")).containsExactly(InetAddress.ofLiteral("8.8.8.8"));
        assertThat(answers).as("one lookup a call").hasSize(1);
        assertThatExceptionOfType(BlockedAddressException.class).isThrownBy(() -> resolver.resolve("rebound.example"));
    }

    @Test
    @DisplayName("F30 an unknown name is unknown, not blocked")
    void unknown() {
        GuardedResolver nxdomain = new GuardedResolver(PUBLIC_ONLY, host -> {
            throw new UnknownHostException(host);
        });

        assertThatExceptionOfType(UnknownHostException.class)
                .isThrownBy(() -> nxdomain.resolve("none.example"))
                .isNotInstanceOf(BlockedAddressException.class);
        assertThatExceptionOfType(UnknownHostException.class)
                .isThrownBy(() -> answering().resolve("empty.example"))
                .isNotInstanceOf(BlockedAddressException.class);
    }

    @Test
    @DisplayName("C61 the JDK's own lookup reads disguises as addresses, and they are blocked")
    void jdkLookup() {
        GuardedResolver resolver = new GuardedResolver(PUBLIC_ONLY);

        assertThat(Stream.of("127.0.0.1", "127.1", "2130706433", "localhost"))
                .allSatisfy(host -> assertThatExceptionOfType(BlockedAddressException.class)
                        .isThrownBy(() -> resolver.resolve(host)));
    }

    private static GuardedResolver answering(String... literals) {
        return new GuardedResolver(PUBLIC_ONLY, _ -> addresses(literals));
    }

    private static InetAddress[] addresses(String... literals) {
        return Stream.of(literals).map(InetAddress::ofLiteral).toArray(InetAddress[]::new);
    }
}
