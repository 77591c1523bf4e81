package dev.minilab.standalone;

import dev.minilab.cli.ApiOptions;
import dev.minilab.cli.ProgressBar;
import dev.minilab.cli.Report;
import dev.minilab.cli.ReportOption;
import dev.minilab.webhook.WebhookSecret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `./minilab webhooks`: for people who write a receiver, and for those whose receiver was away.
@Command(
        name = "webhooks",
        description = "Receive webhooks here, or have them delivered again.",
        subcommands = {WebhooksCommand.Listen.class, WebhooksCommand.Redeliver.class})
final class WebhooksCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        CommandLine.usage(this, System.out);
        return 2;
    }

    @Command(name = "listen", description = "Print and verify the webhooks that arrive here.")
    static final class Listen implements Callable<Integer> {
        @Option(
                names = "--port",
                description = "The port, 0 for a free one (default: ${DEFAULT-VALUE}).",
                defaultValue = "3000")
        private int port;

        @Option(names = "--secret", split = ",", description = "What to verify with (default: that of --data).")
        private List<String> secrets = List.of();

        @Option(
                names = "--data",
                description = "The folder of the installation that sends (default: ${DEFAULT-VALUE}).",
                defaultValue = "data")
        private Path data = Path.of("data");

        @Option(
                names = "--answer",
                description = "The status to answer with, to see what is done about it (default: ${DEFAULT-VALUE}).",
                defaultValue = "204")
        private int answer;

        @Option(names = "--body", description = "Print the whole body as well.")
        private boolean body;

        @CommandLine.Mixin
        private ReportOption how = new ReportOption();

        @Override
        public Integer call() throws IOException, InterruptedException {
            if (answer < 200 || answer > 599) {
                throw new IllegalArgumentException("--answer: a status from 200 to 599");
            }
            List<String> given = secrets.isEmpty() && Files.exists(data.resolve("secrets.json"))
                    ? List.of(DataFolder.secrets(data).webhookSecret().split(","))
                    : secrets;
            List<WebhookSecret> keys =
                    given.stream().map(String::strip).map(WebhookSecret::new).toList();
            Report report = how.report();
            WebhookListener listener = new WebhookListener(port, keys, answer, body, report, InstantSource.system());
            report.line(Map.of("ready", listener.uri()), () -> "READY " + listener.uri());
            new CountDownLatch(1).await(); // Until the process is told to end.
            return 0;
        }
    }

    @Command(name = "redeliver", description = "Have the webhooks of a time delivered again.")
    static final class Redeliver implements Callable<Integer> {
        private static final Set<String> STATUSES = Set.of("pending", "retrying", "delivered", "failed");

        @Option(
                names = "--since",
                required = true,
                description = "Jobs created since then: 90m, 2h, 3d, or a time such as 2026-11-24T10:00:00Z.")
        private String since = "";

        @Option(names = "--until", description = "Jobs created until then, written likewise (default: now).")
        private String until = "0s";

        @Option(
                names = "--status",
                split = ",",
                description = "Which webhooks: pending, retrying, delivered, failed (default: ${DEFAULT-VALUE}).",
                defaultValue = "failed")
        private List<String> statuses = List.of();

        @CommandLine.Mixin
        private ApiOptions api = new ApiOptions();

        @Option(names = "--dry-run", description = "Only count.")
        private boolean dryRun;

        @CommandLine.Mixin
        private ReportOption how = new ReportOption();

        /// What became of one.
        record Asked(String job, @Nullable String problem) {}

        @Override
        public Integer call() throws IOException, InterruptedException {
            if (!STATUSES.containsAll(statuses)) {
                throw new IllegalArgumentException("--status: pending, retrying, delivered or failed");
            }
            Instant now = Instant.now();
            Redelivery redelivery = new Redelivery(api.api(), api.key());
            List<String> jobs =
                    redelivery.find(time("--since", since, now), time("--until", until, now), Set.copyOf(statuses));
            Report report = how.report();
            if (dryRun || (jobs.isEmpty() && !report.json())) {
                report.line(Map.of("webhooks", jobs.size()), () -> jobs.size() + " webhooks fit");
                return 0;
            }
            return redeliver(redelivery, jobs, report);
        }

        private static int redeliver(Redelivery redelivery, List<String> jobs, Report report)
                throws IOException, InterruptedException {
            boolean drawn = ProgressBar.onTerminal() && !report.json();
            ProgressBar progress = new ProgressBar(System.err, drawn, jobs.size());
            Map<String, List<String>> refused = new TreeMap<>();
            for (String job : jobs) {
                String problem = redelivery.redeliver(job);
                if (problem != null) {
                    refused.computeIfAbsent(problem, _ -> new ArrayList<>()).add(job);
                }
                if (report.json()) {
                    report.line(new Asked(job, problem), () -> job);
                }
                progress.done(job + (problem == null ? "" : " refused"));
            }
            progress.end();
            int failed = refused.values().stream().mapToInt(List::size).sum();
            if (!report.json()) {
                int again = jobs.size() - failed;
                report.line(again, () -> again + " webhooks are delivered again");
                refused.forEach((problem, which) -> report.line(
                        problem, () -> which.size() + " refused, " + problem + " (first " + which.getFirst() + ")"));
            }
            return failed == 0 ? 0 : 1;
        }

        /// A time, or how long ago.
        static Instant time(String option, String text, Instant now) {
            try {
                if (Stream.of("s", "m", "h", "d").anyMatch(text::endsWith) && Character.isDigit(text.charAt(0))) {
                    boolean days = text.endsWith("d");
                    return now.minus(Duration.parse((days ? "P" : "PT") + text.toUpperCase(Locale.ROOT)));
                }
                return Instant.parse(text);
            } catch (DateTimeParseException _) {
                throw new IllegalArgumentException(
                        option + ": a duration such as 90m, 2h or 3d, or a time such as 2026-11-24T10:00:00Z");
            }
        }
    }
}
