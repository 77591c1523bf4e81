package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.standalone.TraceCollector.Made;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A trace through an API and a worker as processes of their own")
@Timeout(300)
class TracesIT {

    private static final String SENT = "0af7651916cd43dd8448eb211c80319c";
    private static final String RESENT = "1bf7651916cd43dd8448eb211c80319c";
    private static final String ASKED = "2cf7651916cd43dd8448eb211c80319c";
    private static final String CALLER = "b7ad6b7169203331";

    private static Map<String, String> settings(Infra infra, TraceCollector collector) {
        Map<String, String> env = new TreeMap<>(infra.settings());
        env.put("MINILAB_PORT", "0");
        env.put("MINILAB_EGRESS_ALLOW", "127.0.0.0/8");
        env.put("MINILAB_OVERDUE", "3s");
        env.put("MINILAB_SWEEP_PERIOD", "1s");
        env.put("MINILAB_LONG_POLL", "1s");
        env.put("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint());
        return env;
    }

    private static String upload(Client client, WebhookReceiver receiver, String trace) throws Exception {
        HttpResponse<byte[]> answer = client.post(
                "/v1/jobs?webhook_url=" + receiver.url(),
                "image/jpeg",
                Images.jpeg(300, 200),
                "traceparent",
                "00-" + trace + "-" + CALLER + "-01");
        assertThat(answer.statusCode()).as(Client.text(answer)).isEqualTo(202);
        return Client.id(answer);
    }

    private static Made one(List<Made> trace, String name) {
        List<Made> found =
                trace.stream().filter(made -> made.name().equals(name)).toList();
        assertThat(found)
                .as(name + " of " + trace.stream().map(Made::name).toList())
                .hasSize(1);
        return found.getFirst();
    }

    @Test
    @DisplayName("is one from the request over messages and render to the webhook, whoever sends the message")
    void oneTrace() throws Exception {
        Infra infra = SharedInfra.get();
        try (TraceCollector collector = new TraceCollector();
                WebhookReceiver receiver = new WebhookReceiver();
                TcpForwarder queue = new TcpForwarder(infra.queueEndpoint())) {
            Map<String, String> env = settings(infra, collector);
            Map<String, String> ofApi = new TreeMap<>(env);
            ofApi.put("MINILAB_SQS_ENDPOINT", queue.uri().toString());
            try (MinilabProcess api = MinilabProcess.start(ofApi, "api");
                    MinilabProcess worker = MinilabProcess.start(env, "worker")) {
                Client client = new Client(api.awaitUri());
                worker.awaitReady();
                String sent = upload(client, receiver, SENT);
                String told =
                        receiver.await(60).headers().firstValue("traceparent").orElse("");
                for (String path : List.of("/v1/jobs/" + sent, "/v1/no-such-thing")) {
                    client.send(HttpRequest.newBuilder(api.awaitUri().resolve(path))
                            .header("traceparent", "00-" + ASKED + "-" + CALLER + "-01"));
                }
                queue.cut();
                String resent = upload(client, receiver, RESENT);
                assertThat(receiver.await(60)
                                .headers()
                                .firstValue("traceparent")
                                .orElse(""))
                        .contains(RESENT);
                // The last of a trace is sent on the way out.
                assertThat(api.terminate(30)).isZero();
                assertThat(worker.terminate(30)).isZero();

                List<Made> trace = collector.of(SENT);
                Made request = one(trace, "POST /v1/jobs");
                assertThat(request.parent()).isEqualTo(CALLER);
                Made first = path(trace, request, "minilab-api", sent);
                assertThat(told).isEqualTo("00-" + SENT + "-" + first.id() + "-01");

                List<Made> second = collector.of(RESENT);
                path(second, one(second, "POST /v1/jobs"), "minilab-worker", resent);
                assertThat(collector.of(ASKED).stream().map(made -> made.name() + " " + made.note("http.route")))
                        .containsExactlyInAnyOrder("GET /v1/jobs/{id} /v1/jobs/{id}", "HTTP ");
                logged(api, SENT, sent);
                logged(worker, SENT, sent);
                logged(worker, RESENT, resent);
            }
        }
    }

    /// Follows a trace from the request on, and returns its last step.
    private static Made path(List<Made> trace, Made request, String sender, String job) {
        assertThat(request.service()).isEqualTo("minilab-api");
        assertThat(request.span().getKind()).isEqualTo(SpanKind.SPAN_KIND_SERVER);
        assertThat(request.note("http.response.status_code")).isEqualTo("202");
        assertThat(request.note("minilab.job.id")).isEqualTo(job);
        // Where the queue was away, the API tried to send as well.
        Made send = trace.stream()
                .filter(made -> made.name().equals("send minilab-jobs")
                        && made.service().equals(sender))
                .findFirst()
                .orElseThrow();
        assertThat(send.parent()).isEqualTo(request.id());
        Made work = one(trace, "process minilab-jobs");
        assertThat(work.parent()).isEqualTo(send.id());
        assertThat(work.note("minilab.job.status")).isEqualTo("succeeded");
        for (String stage : List.of("fetch", "render", "store", "record", "announce")) {
            assertThat(one(trace, stage).parent()).as(stage).isEqualTo(work.id());
        }
        Made announce = one(trace, "send minilab-webhooks");
        assertThat(announce.parent()).isEqualTo(one(trace, "announce").id());
        Made delivery = one(trace, "process minilab-webhooks");
        assertThat(delivery.parent()).isEqualTo(announce.id());
        Made call = one(trace, "deliver webhook");
        assertThat(call.parent()).isEqualTo(delivery.id());
        assertThat(call.span().getKind()).isEqualTo(SpanKind.SPAN_KIND_CLIENT);
        assertThat(call.note("http.response.status_code")).isEqualTo("204");
        assertThat(Stream.of(work, announce, delivery, call).map(Made::service)).containsOnly("minilab-worker");
        return call;
    }

    private static void logged(MinilabProcess process, String trace, String job) throws IOException {
        assertThat(process.log().lines())
                .as("a line of the trace and the job")
                .anyMatch(line -> line.contains("\"trace_id\":\"" + trace + "\"") && line.contains(job));
    }
}
