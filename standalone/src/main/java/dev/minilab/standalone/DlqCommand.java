package dev.minilab.standalone;

import dev.minilab.api.Redrive;
import dev.minilab.config.Config;
import dev.minilab.job.DeadLetter;
import dev.minilab.job.JobId;
import dev.minilab.json.Json;
import dev.minilab.queue.Message;
import dev.minilab.queue.Queues;
import dev.minilab.record.DeadLetters;
import dev.minilab.record.JobLanes;
import dev.minilab.record.JobQueue;
import dev.minilab.store.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `./minilab dlq`: what was given up, and back with it. Reads bucket and queues themselves, as a worker does.
@Command(
        name = "dlq",
        description = "See what was given up, and have it tried again.",
        subcommands = {DlqCommand.ListCommand.class, DlqCommand.RedriveCommand.class})
final class DlqCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        CommandLine.usage(this, System.out);
        return 2;
    }

    /// Where the installation is, and how to answer.
    static final class Where {
        @Option(
                names = "--data",
                description = "The folder of an installation that runs here, unless the environment names bucket and"
                        + " queues (default: ${DEFAULT-VALUE}).",
                defaultValue = "data")
        private Path data = Path.of("data");

        @Option(names = "--json", description = "Answer as JSON.")
        private boolean json;

        private Config config() {
            Map<String, String> env = System.getenv();
            boolean cloud = env.keySet().stream().anyMatch(name -> name.matches("MINILAB_(S3|R2|SQS)_.*"));
            return Config.load(cloud ? env : Infra.settingsOfRunning(data));
        }
    }

    @Command(name = "list", description = "The jobs that were given up, and the messages that nobody takes.")
    static final class ListCommand implements Callable<Integer> {
        @CommandLine.Mixin
        private Where where = new Where();

        @Override
        public Integer call() {
            Config config = where.config();
            try (ObjectStore store = new ObjectStore(config.store());
                    Queues queues = new Queues(config.queue())) {
                List<DeadLetter> letters = new DeadLetters(store).all();
                List<StrayMessages.Stray> strays = new StrayMessages(queues, config.queue()).look();
                if (where.json) {
                    printJson(letters, strays);
                    return 0;
                }
                letters.forEach(letter -> System.out.printf(
                        "%s  %s  %s  %s  %s%n",
                        letter.at(),
                        letter.tenant(),
                        letter.job(),
                        letter.code().wireName(),
                        letter.cause()));
                strays.forEach(stray -> System.out.printf(
                        "%s  %s%n", stray.box(), stray.message().body()));
                System.out.printf("%d jobs, %d messages%n", letters.size(), strays.size());
                return 0;
            }
        }

        private static void printJson(List<DeadLetter> letters, List<StrayMessages.Stray> strays) {
            ObjectNode json = Json.object();
            ArrayNode jobs = json.putArray("jobs");
            letters.forEach(letter -> jobs.addObject()
                    .put("job", letter.job().value())
                    .put("tenant", letter.tenant().value())
                    .put("code", letter.code().wireName())
                    .put("cause", letter.cause())
                    .put("at", letter.at().toString()));
            ArrayNode messages = json.putArray("messages");
            strays.forEach(stray -> {
                Message message = stray.message();
                messages.addObject()
                        .put("queue", stray.box())
                        .put("id", message.id())
                        .put("body", message.body());
            });
            print(json);
        }
    }

    @Command(
            name = "redrive",
            description = "Make a retry of each job that was given up, and send messages that nobody takes once more.")
    static final class RedriveCommand implements Callable<Integer> {
        @CommandLine.Mixin
        private Where where = new Where();

        @Parameters(paramLabel = "JOB", description = "Only these jobs (default: all, and all messages).")
        private List<String> jobs = List.of();

        @Override
        public Integer call() throws IOException {
            Set<JobId> wanted = new HashSet<>();
            for (String job : jobs) {
                wanted.add(JobId.parse(job)
                        .orElseThrow(() -> new IllegalArgumentException("not the id of a job: " + job)));
            }
            Config config = where.config();
            try (ObjectStore store = new ObjectStore(config.store());
                    Queues queues = new Queues(config.queue())) {
                List<Redrive.Outcome> outcomes = retry(config, store, queues, wanted);
                int sent = wanted.isEmpty() ? new StrayMessages(queues, config.queue()).sendBack() : 0;
                print(outcomes, sent);
                boolean all = outcomes.stream().allMatch(outcome -> outcome.retry() != null)
                        && (wanted.isEmpty() || outcomes.size() == wanted.size());
                return all ? 0 : 1;
            }
        }

        private static List<Redrive.Outcome> retry(Config config, ObjectStore store, Queues queues, Set<JobId> wanted)
                throws IOException {
            JobLanes lanes = new JobLanes(
                    new JobQueue(queues.open(config.queue().jobs())),
                    new JobQueue(queues.open(config.queue().bulk())));
            Redrive redrive = new Redrive(store, lanes, InstantSource.system());
            List<Redrive.Outcome> outcomes = new ArrayList<>();
            for (DeadLetter letter : new DeadLetters(store).all()) {
                if (wanted.isEmpty() || wanted.contains(letter.job())) {
                    outcomes.add(redrive.retry(letter));
                }
            }
            return outcomes;
        }

        private void print(List<Redrive.Outcome> outcomes, int sent) {
            ObjectNode json = Json.object();
            ArrayNode retries = json.putArray("jobs");
            for (Redrive.Outcome outcome : outcomes) {
                String job = outcome.letter().job().value();
                String retry = outcome.retry() == null ? null : outcome.retry().value();
                retries.addObject().put("job", job).put("retry", retry).put("problem", outcome.problem());
                if (!where.json) {
                    System.out.println(job + "  " + (retry == null ? "not retried: " + outcome.problem() : retry));
                }
            }
            json.put("messages", sent);
            if (where.json) {
                DlqCommand.print(json);
            } else {
                System.out.printf("%d jobs, %d messages%n", outcomes.size(), sent);
            }
        }
    }

    private static void print(ObjectNode json) {
        System.out.println(new String(Json.write(json), StandardCharsets.UTF_8));
    }
}
