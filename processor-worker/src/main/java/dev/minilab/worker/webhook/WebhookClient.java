package dev.minilab.worker.webhook;

import dev.minilab.egress.GuardedResolver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

/// Posts to addresses that strangers chose, through the egress guard: a name is resolved once, and only an address
/// that was checked is connected to. Follows no redirect, uses no proxy, keeps no cookie, asks for no compression.
/// Thread-safe.
public final class WebhookClient implements AutoCloseable {

    private static final int TIMEOUT_SECONDS = 15;
    private static final int MOST_READ = 20 * 1024;
    private static final int MOST_KEPT = 1024;

    /// What a receiver answered: the status, and the beginning of the body.
    public record Answer(int status, String body) {}

    private final CloseableHttpClient http;
    private final ScheduledExecutorService timer;

    public WebhookClient(GuardedResolver resolver) {
        Timeout timeout = Timeout.ofSeconds(TIMEOUT_SECONDS);
        http = HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setDnsResolver(new Guard(resolver))
                        .setMaxConnTotal(200)
                        .setMaxConnPerRoute(10)
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(timeout)
                                .setSocketTimeout(timeout)
                                .build())
                        .build())
                .setDefaultRequestConfig(
                        RequestConfig.custom().setResponseTimeout(timeout).build())
                // A kept connection that the receiver has closed would cost the delivery.
                .setConnectionReuseStrategy((_, _, _) -> false)
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableContentCompression()
                .disableAuthCaching()
                .setUserAgent("minilab-webhooks")
                .build();
        timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("webhook-timeout").factory());
    }

    /// Posts JSON and reads the beginning of the answer, all within 15 s.
    ///
    /// @throws IOException if there was no answer in time, or its address is blocked
    public Answer post(URI url, Map<String, String> headers, byte[] json) throws IOException {
        HttpPost post = new HttpPost(url);
        headers.forEach(post::setHeader);
        post.setEntity(new ByteArrayEntity(json, ContentType.APPLICATION_JSON));
        var timeout = timer.schedule(post::abort, TIMEOUT_SECONDS, TimeUnit.SECONDS);
        try {
            return http.execute(post, response -> {
                var entity = response.getEntity();
                byte[] body = entity == null ? new byte[0] : entity.getContent().readNBytes(MOST_READ);
                // A body that goes on and on is not read to its end: the connection is given up instead.
                if (body.length >= MOST_READ) {
                    post.abort();
                }
                String kept = new String(body, 0, Math.min(body.length, MOST_KEPT), StandardCharsets.UTF_8);
                return new Answer(response.getCode(), kept);
            });
        } finally {
            timeout.cancel(false);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        http.close(CloseMode.GRACEFUL);
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
}
