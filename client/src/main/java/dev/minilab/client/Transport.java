package dev.minilab.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.core.JacksonException;

/// Sends calls, again where that is safe and may help, and turns what goes wrong into [MinilabException].
/// Thread-safe.
final class Transport implements AutoCloseable {

    private final Connection connection;
    private final HttpClient http;

    Transport(Connection connection) {
        this.connection = connection;
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(connection.timeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    URI resolve(String path) {
        return connection.resolve(path);
    }

    /// The answer of the API, below 400.
    HttpResponse<byte[]> send(Call call) {
        return repeat(authorized(call));
    }

    /// The answer of someone else, who must not see the key.
    HttpResponse<byte[]> sendForeign(Call call) {
        return repeat(call);
    }

    Call authorized(Call call) {
        return connection.key() == null ? call : call.header("Authorization", "Bearer " + connection.key());
    }

    private HttpResponse<byte[]> repeat(Call call) {
        for (int tried = 1; ; tried++) {
            MinilabException failure;
            Duration asked = Duration.ZERO;
            boolean again;
            try {
                HttpResponse<byte[]> answer = exchange(call, BodyHandlers.ofByteArray());
                if (answer.statusCode() < 400) {
                    return answer;
                }
                Problem problem = problem(answer.statusCode(), answer.headers(), answer.body());
                failure = new MinilabException.Refused(problem, tried > 1);
                asked = retryAfter(answer);
                again = problem.retryable()
                        && (call.repeatable() || problem.status() == 429 || problem.status() == 503);
            } catch (IOException e) {
                failure = unreachable(call, e);
                again = call.repeatable() || e instanceof ConnectException;
            }
            Optional<Duration> pause = connection
                    .retry()
                    .pause(tried, asked, ThreadLocalRandom.current().nextDouble());
            if (!again || pause.isEmpty()) {
                throw failure;
            }
            pause(pause.get());
        }
    }

    /// One try, in the time it may take.
    <T> HttpResponse<T> exchange(Call call, BodyHandler<T> handler) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(call.uri())
                .method(call.method(), call.body().get());
        call.headers().forEach(request::header);
        CompletableFuture<HttpResponse<T>> answer = http.sendAsync(request.build(), handler);
        try {
            return answer.get(connection.timeout().plus(call.extra()).toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (TimeoutException e) {
            answer.cancel(true);
            HttpTimeoutException late = new HttpTimeoutException("no answer in time");
            late.initCause(e);
            throw late;
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw interrupted(e);
        }
    }

    private static MinilabException unreachable(Call call, IOException e) {
        return new MinilabException.Unreachable(call.method() + " " + call.uri().getPath() + ": no answer: " + e, e);
    }

    /// Before the next try; or, if there is to be none, why there was no answer.
    void pauseOrThrow(int tried, Call call, IOException failure) {
        pause(connection
                .retry()
                .pause(tried, Duration.ZERO, ThreadLocalRandom.current().nextDouble())
                .orElseThrow(() -> unreachable(call, failure)));
    }

    /// What an answer of 400 or above says.
    static Problem problem(int status, HttpHeaders headers, byte[] body) {
        if (!headers.firstValue("Content-Type").orElse("").startsWith("application/problem+json")) {
            return Problem.foreign(status);
        }
        try {
            return Json.read(body, Problem.class);
        } catch (JacksonException _) {
            return Problem.foreign(status);
        }
    }

    /// What `Retry-After` says, as seconds or as a date (RFC 9110, 10.2.3); nothing for what cannot be read.
    static Duration retryAfter(HttpResponse<?> answer) {
        String value = answer.headers().firstValue("Retry-After").orElse("").strip();
        if (value.matches("[0-9]{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        try {
            Instant when = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(value));
            Duration wait = Duration.between(Instant.now(), when);
            return wait.isNegative() ? Duration.ZERO : wait;
        } catch (DateTimeException _) {
            return Duration.ZERO;
        }
    }

    static void pause(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static MinilabException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new MinilabException.Interrupted(e);
    }

    static <T> T read(HttpResponse<byte[]> answer, Class<T> type) {
        try {
            return Json.read(answer.body(), type);
        } catch (JacksonException e) {
            throw new MinilabException.Unreachable("an answer that cannot be understood", e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
        http.close();
    }
}
