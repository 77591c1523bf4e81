package dev.minilab.egress;

import dev.minilab.egress.EgressException.Failure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

/// The one way out to addresses that strangers chose.
///
/// A name is resolved once, and a connection goes to exactly an address that the policy permits. No proxy is used,
/// whatever the environment says; no redirect is followed, no cookie kept, no compression asked for or undone, no
/// request
/// repeated, no connection kept. Each call is bounded in time, headers and bytes. Thread-safe.
public final class EgressClient implements AutoCloseable {
    private static final Timeout CONNECT = Timeout.ofSeconds(5);
    private static final Timeout LONGEST_SILENCE = Timeout.ofSeconds(15);

    /// A request: GET without a body, POST of JSON with one.
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    public record Call(URI url, Map<String, String> headers, Optional<byte[]> json) {
        public static Call get(URI url, Map<String, String> headers) {
            return new Call(url, headers, Optional.empty());
        }

        public static Call post(URI url, Map<String, String> headers, byte[] json) {
            return new Call(url, headers, Optional.of(json));
        }
    }

    /// An answer: `cut` says that there was more than was to be read.
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    public record Answer(int status, Map<String, String> headers, byte[] body, boolean cut) {
        /// A header by its name in lower case, the last of several.
        public Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name));
        }
    }

    private final CloseableHttpClient http;
    private final ScheduledExecutorService timer;

    public EgressClient(AddressPolicy policy) {
        this(policy, new TimedLookup(), _ -> {}, DefaultClientTlsStrategy.createDefault());
    }

    EgressClient(AddressPolicy policy, GuardedResolver.Lookup lookup, Connecting connecting, TlsSocketStrategy tls) {
        http = HttpClients.custom()
                .setConnectionManager(
                        GuardedConnections.manager(policy, lookup, connecting, tls, CONNECT, LONGEST_SILENCE))
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(LONGEST_SILENCE)
                        .setConnectionRequestTimeout(LONGEST_SILENCE)
                        .setProtocolUpgradeEnabled(false)
                        .build())
                // A kept connection that the server has closed would cost the next call.
                .setConnectionReuseStrategy((_, _, _) -> false)
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableContentCompression()
                .disableAuthCaching()
                .setUserAgent("minilab")
                .build();
        timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("egress-timeout").factory());
    }

    /// Makes one call and reads its answer, the body up to `most` bytes, all `within` that time.
    ///
    /// @throws EgressException if there was no answer, or not all of it in time
    public Answer send(Call call, Duration within, int most) throws EgressException {
        HttpUriRequestBase request = new HttpUriRequestBase(call.json().isPresent() ? "POST" : "GET", call.url());
        call.headers().forEach(request::setHeader);
        call.json().ifPresent(json -> request.setEntity(new ByteArrayEntity(json, ContentType.APPLICATION_JSON)));
        AtomicBoolean late = new AtomicBoolean();
        var timeout = timer.schedule(
                () -> {
                    late.set(true);
                    request.abort();
                },
                within.toMillis(),
                TimeUnit.MILLISECONDS);
        try {
            return http.execute(request, response -> read(request, response, most));
        } catch (IOException e) {
            throw new EgressException(late.get() ? Failure.TIMEOUT : failure(e), e);
        } finally {
            timeout.cancel(false);
        }
    }

    /// What goes on beyond `most` bytes is not read to its end: the connection is given up instead.
    private static Answer read(HttpUriRequestBase request, ClassicHttpResponse response, int most) throws IOException {
        HttpEntity entity = response.getEntity();
        boolean tooLong = entity != null && entity.getContentLength() > most;
        byte[] body =
                entity == null || tooLong ? new byte[0] : entity.getContent().readNBytes(most);
        boolean cut = tooLong
                || (entity != null && body.length == most && entity.getContent().read() >= 0);
        if (cut) {
            request.abort();
        }
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (var header : response.getHeaders()) {
            headers.put(header.getName(), header.getValue());
        }
        return new Answer(response.getCode(), headers, body, cut);
    }

    private static Failure failure(IOException e) {
        return switch (e) {
            case BlockedAddressException _ -> Failure.BLOCKED_ADDRESS;
            case UnknownHostException _ -> Failure.UNKNOWN_HOST;
            case SocketTimeoutException _ -> Failure.TIMEOUT;
            case ConnectException _, NoRouteToHostException _ -> Failure.UNREACHABLE;
            case SSLException _ -> Failure.TLS;
            default -> Failure.BROKEN_OFF;
        };
    }

    @Override
    public void close() {
        timer.shutdownNow();
        http.close(CloseMode.GRACEFUL);
    }
}
