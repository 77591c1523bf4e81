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
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
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
        /// A header by its name, the last of several.
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

    /// Makes one call and reads its answer, the body up to `most` bytes, all `within` that time. What goes on beyond is
    /// not read to its end: the connection is given up instead.
    ///
    /// @throws EgressException if there was no answer, or not all of it in time
    public Answer send(Call call, Duration within, int most) throws EgressException, InterruptedException {
        try (EgressAnswer answer = open(call, within)) {
            boolean tooLong = answer.length().orElse(0) > most;
            byte[] body = tooLong ? new byte[0] : answer.content().readNBytes(most);
            boolean cut = tooLong || (body.length == most && answer.content().read() >= 0);
            return new Answer(answer.status(), answer.headers(), body, cut);
        } catch (EgressException e) {
            throw unlessInterrupted(e);
        } catch (IOException e) {
            throw unlessInterrupted(new EgressException(failure(e), e));
        }
    }

    /// Makes one call, whose answer is to be read by the caller, all `within` that time.
    ///
    /// @throws EgressException if there was no answer
    public EgressAnswer open(Call call, Duration within) throws EgressException, InterruptedException {
        HttpUriRequestBase request = new HttpUriRequestBase(call.json().isPresent() ? "POST" : "GET", call.url());
        call.headers().forEach(request::setHeader);
        call.json().ifPresent(json -> request.setEntity(new ByteArrayEntity(json, ContentType.APPLICATION_JSON)));
        Attempt attempt = new Attempt(request, timer, within);
        try {
            return attempt.answer(http.executeOpen(null, request, null));
        } catch (IOException e) {
            attempt.close();
            throw unlessInterrupted(attempt.failed(e));
        }
    }

    /// A call broken off by a shutdown says nothing about the server.
    private static EgressException unlessInterrupted(EgressException failed) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return failed;
    }

    /// A request, and the end of its time.
    private static final class Attempt implements EgressAnswer.Exchange {
        private final HttpUriRequestBase request;
        private final Future<?> timeout;
        private volatile boolean late;

        Attempt(HttpUriRequestBase request, ScheduledExecutorService timer, Duration within) {
            this.request = request;
            timeout = timer.schedule(this::giveUp, within.toMillis(), TimeUnit.MILLISECONDS);
        }

        private void giveUp() {
            late = true;
            request.abort();
        }

        EgressAnswer answer(ClassicHttpResponse response) throws IOException {
            return new EgressAnswer(response.getCode(), response.getHeaders(), response.getEntity(), this);
        }

        @Override
        public EgressException failed(IOException cause) {
            return new EgressException(late ? Failure.TIMEOUT : failure(cause), cause);
        }

        /// Closing the response instead would read its body to the end.
        @Override
        public void close() {
            timeout.cancel(false);
            request.abort();
        }
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
