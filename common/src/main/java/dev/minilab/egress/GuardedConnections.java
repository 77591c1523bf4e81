package dev.minilab.egress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.util.Timeout;

/// Connections of HttpClient 5 that go to permitted addresses only: the resolver hands out no others, and the socket
/// refuses them once more, so that no later way around the resolver leads anywhere.
final class GuardedConnections extends PoolingHttpClientConnectionManagerBuilder {
    /// Whoever calls bounds its calls itself; this is what the machine bears.
    private static final int MOST = 1000;

    /// Of a server's answer, which would otherwise fill the memory before the time is over.
    private static final Http1Config HEADERS = Http1Config.custom()
            .setMaxLineLength(16 * 1024)
            .setMaxHeaderCount(100)
            .build();

    private final AddressPolicy policy;
    private final Connecting connecting;

    private GuardedConnections(AddressPolicy policy, Connecting connecting) {
        this.policy = policy;
        this.connecting = connecting;
    }

    static PoolingHttpClientConnectionManager manager(
            AddressPolicy policy,
            GuardedResolver.Lookup lookup,
            Connecting connecting,
            TlsSocketStrategy tls,
            Timeout connect,
            Timeout silence) {
        return new GuardedConnections(policy, connecting)
                .setDnsResolver(new Guard(new GuardedResolver(policy, lookup)))
                .setTlsSocketStrategy(tls)
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .http1Config(HEADERS)
                        .build())
                .setMaxConnTotal(MOST)
                .setMaxConnPerRoute(MOST)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(connect)
                        .setSocketTimeout(silence)
                        .build())
                .build();
    }

    @Override
    protected HttpClientConnectionOperator createConnectionOperator(
            SchemePortResolver ports, DnsResolver names, TlsSocketStrategy tls) {
        return new DefaultHttpClientConnectionOperator(
                _ -> new GuardedSocket(policy, connecting),
                ports,
                names,
                RegistryBuilder.<TlsSocketStrategy>create()
                        .register(URIScheme.HTTPS.id, tls)
                        .build());
    }

    private record Guard(GuardedResolver resolver) implements DnsResolver {
        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            return resolver.resolve(host).toArray(InetAddress[]::new);
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }

    private static final class GuardedSocket extends Socket {
        private final AddressPolicy policy;
        private final Connecting connecting;

        GuardedSocket(AddressPolicy policy, Connecting connecting) {
            super(Proxy.NO_PROXY); // Else the JVM's settings for SOCKS count.
            this.policy = policy;
            this.connecting = connecting;
        }

        @Override
        public void connect(SocketAddress target, int timeout) throws IOException {
            if (!(target instanceof InetSocketAddress address)
                    || address.isUnresolved()
                    || !policy.permits(address.getAddress())) {
                throw new BlockedAddressException(String.valueOf(target));
            }
            connecting.to(address);
            super.connect(target, timeout);
        }
    }
}
