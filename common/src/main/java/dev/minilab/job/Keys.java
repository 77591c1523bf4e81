package dev.minilab.job;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Spells every key of the bucket; nothing else does.
///
/// Every key of a job is written once and follows from tenant, job id and output name, so that a second writer writes
/// the same key. Keys are partitioned by hour, so that a listing by prefix stays small.
public final class Keys {

    private static final Pattern JOB_OBJECT =
            Pattern.compile("jobs/([a-z0-9][a-z0-9-]{0,39})/(\\d{8}T\\d{2})/(job_[0-9A-Z]{26})/(.+\\.json)");
    private static final Pattern DELIVERY = Pattern.compile("deliveries/([1-9]\\d{0,3})\\.json");
    private static final Pattern JOB_FOLDER =
            Pattern.compile("jobs/[a-z0-9][a-z0-9-]{0,39}/\\d{8}T\\d{2}/(job_[0-9A-Z]{26})/");
    private static final Pattern FOLDER =
            Pattern.compile("(?:jobs|originals|results)/([a-z0-9][a-z0-9-]{0,39})/(?:(\\d{8}T\\d{2})/)?");
    private static final Pattern BYTES_OF_JOB = Pattern.compile(
            "(?:originals|results)/[a-z0-9][a-z0-9-]{0,39}/\\d{8}T\\d{2}/(job_[0-9A-Z]{26})(?:/[^/]+)?");
    private static final Pattern DEAD_LETTER =
            Pattern.compile("dead-letters/([a-z0-9][a-z0-9-]{0,39})/(job_[0-9A-Z]{26})\\.json");
    /// A part that is empty, `.` or `..`: a store of files may take it for a way to other keys.
    private static final Pattern CLIMBING = Pattern.compile("(?:^|/)\\.{0,2}(?:/|$)");

    private static final Pattern TEMPORARY =
            Pattern.compile(".+-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmm", Locale.ROOT);

    private static final Pattern DUE_FOLDER = Pattern.compile("due/(\\d{8}T\\d{2})/");
    private static final Pattern DUE = Pattern.compile("due/(\\d{8}T\\d{2})/(\\d{4})\\.([a-z0-9][a-z0-9-]{0,39})"
            + "\\.(job_[0-9A-Z]{26})\\.([1-9]\\d{0,3})\\.(\\d{1,2})");
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("mmss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter SECOND_OF_HOUR =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Keys() {}

    /// The bytes as uploaded.
    public static String original(Tenant tenant, JobId job) {
        return "originals/" + tenant + "/" + job.hour() + "/" + job;
    }

    /// The request and the facts of its source. Its existence is the job's.
    public static String accepted(Tenant tenant, JobId job) {
        return job(tenant, job) + "accepted.json";
    }

    /// Written when a job runs long enough for someone to ask.
    public static String started(Tenant tenant, JobId job) {
        return job(tenant, job) + "started.json";
    }

    /// The terminal state.
    public static String result(Tenant tenant, JobId job) {
        return job(tenant, job) + "result.json";
    }

    /// That a worker has begun to render a job that had been handed out before, the second time or later.
    public static String attempt(Tenant tenant, JobId job, int attempt) {
        return attempts(tenant, job) + attempt + ".json";
    }

    /// The prefix of the attempts of a job that are recorded.
    public static String attempts(Tenant tenant, JobId job) {
        return job(tenant, job) + "attempts/";
    }

    /// One webhook attempt, counted from 1.
    public static String delivery(Tenant tenant, JobId job, int attempt) {
        return deliveries(tenant, job) + attempt + ".json";
    }

    /// The prefix of all webhook attempts of a job.
    public static String deliveries(Tenant tenant, JobId job) {
        return job(tenant, job) + "deliveries/";
    }

    /// One rendered output.
    public static String output(Tenant tenant, JobId job, String output, ImageFormat format) {
        return outputs(tenant, job) + output + "." + format.extension();
    }

    /// An image that outputs of a tenant may bear as watermark. An operator puts it there.
    ///
    /// @throws IllegalArgumentException if `imageKey` could lead anywhere else
    public static String watermark(Tenant tenant, String imageKey) {
        if (!OutputSpec.Watermark.isImageKey(imageKey)) {
            throw new IllegalArgumentException("not the key of a watermark");
        }
        return "watermarks/" + tenant + "/" + imageKey;
    }

    /// What a client uploads straight to the bucket, until a job takes it over.
    public static String upload(Tenant tenant, UploadId upload) {
        return uploads() + tenant + "/" + upload;
    }

    /// The prefix of all direct uploads.
    public static String uploads() {
        return "uploads/";
    }

    /// The upload of a key below [#uploads]; nothing for a key outside our grammar.
    public static Optional<UploadId> uploadOf(String key) {
        return key.matches("uploads/[a-z0-9-]+/[^/]+")
                ? UploadId.parse(key.substring(key.lastIndexOf('/') + 1))
                : Optional.empty();
    }

    /// Whether a key is one that Minilab writes itself, for whatever tenant.
    public static boolean isOurs(String key) {
        return switch (key.substring(0, Math.max(0, key.indexOf('/')))) {
            case "originals", "results", "uploads", "watermarks", "jobs", "idempotency", "workers" -> true;
            case "sweeps", "dead-letters", "due" -> true;
            default -> isTemporary(key);
        };
    }

    /// Whether a key belongs to Minilab itself and not to this tenant's images.
    public static boolean isOfAnother(Tenant tenant, String key) {
        String folder = key.substring(0, Math.max(0, key.indexOf('/')));
        return switch (folder) {
            case "originals", "results", "uploads", "watermarks" ->
                !key.startsWith(folder + "/" + tenant + "/")
                        || CLIMBING.matcher(key).find();
            case "jobs", "idempotency", "workers", "due", "dead-letters", "sweeps", "secrets" -> true;
            default -> CLIMBING.matcher(key).find();
        };
    }

    /// The claim of an `Idempotency-Key`, by the SHA-256 of the key in hex.
    public static String claim(Tenant tenant, String keySha256) {
        return claims() + tenant + "/" + keySha256;
    }

    /// The prefix of all claims.
    public static String claims() {
        return "idempotency/";
    }

    /// The prefix of all outputs of a job.
    public static String outputs(Tenant tenant, JobId job) {
        return "results/" + tenant + "/" + job.hour() + "/" + job + "/";
    }

    /// What a worker says it can do. Written again and again, and removed when the worker stops.
    public static String worker(WorkerId worker) {
        return workers() + worker + ".json";
    }

    /// The prefix of what all workers say.
    public static String workers() {
        return "workers/";
    }

    /// The worker of a key below [#workers]; nothing for a key outside our grammar.
    public static Optional<WorkerId> workerOf(String key) {
        return key.startsWith(workers()) && key.endsWith(".json")
                ? WorkerId.parse(key.substring(workers().length(), key.length() - ".json".length()))
                : Optional.empty();
    }

    /// The secret with which cursors of lists are checked.
    public static String cursorSecret() {
        return "secrets/cursors";
    }

    /// How far the sweepers have come.
    public static String checkpoint() {
        return "sweeps/checkpoint.json";
    }

    /// That a job was given up.
    public static String deadLetter(Tenant tenant, JobId job) {
        return deadLetters() + tenant + "/" + job + ".json";
    }

    /// The prefix of all jobs that were given up.
    public static String deadLetters() {
        return "dead-letters/";
    }

    /// Whether this is the key of a job that was given up.
    public static boolean isDeadLetter(String key) {
        return DEAD_LETTER.matcher(key).matches();
    }

    /// The prefix under which every tenant has a folder.
    public static String tenants() {
        return "jobs/";
    }

    /// The prefix under which every tenant has a folder of originals.
    public static String originals() {
        return "originals/";
    }

    /// The prefix of a tenant's originals of one hour.
    public static String originals(Tenant tenant, String hour) {
        return originals() + tenant + "/" + hour + "/";
    }

    /// The prefix of a tenant's outputs of one hour.
    public static String results(Tenant tenant, String hour) {
        return "results/" + tenant + "/" + hour + "/";
    }

    /// The job of an original or of an output; nothing for a key outside our grammar.
    public static Optional<JobId> jobOfBytes(String key) {
        Matcher matcher = BYTES_OF_JOB.matcher(key);
        return matcher.matches() ? JobId.parse(matcher.group(1)) : Optional.empty();
    }

    /// What is written, read and removed to see how the store behaves: below [#uploads], where what is left is removed.
    public static String probe(UUID id) {
        return uploads() + "probe/" + id;
    }

    /// Whether a key is what the embedded store leaves behind when it is killed in a write: `<key>-<uuid>`.
    public static boolean isTemporary(String key) {
        return TEMPORARY.matcher(key).matches();
    }

    /// The prefix of a tenant's jobs of one hour that were created in the same moment: the first characters of an id
    /// are its time, and those after the first `digits` of ten are left out.
    public static String moment(Tenant tenant, String hour, Instant time, int digits) {
        return hour(tenant, hour) + JobId.prefixOf(time, digits);
    }

    /// The prefix under which a tenant has a folder for every hour.
    public static String hours(Tenant tenant) {
        return "jobs/" + tenant + "/";
    }

    /// The prefix of a tenant's jobs of one hour.
    public static String hour(Tenant tenant, String hour) {
        return "jobs/" + tenant + "/" + hour + "/";
    }

    /// The tenant of a folder below [#tenants].
    public static Optional<Tenant> tenantOf(String folder) {
        Matcher matcher = FOLDER.matcher(folder);
        return matcher.matches() ? Optional.of(new Tenant(matcher.group(1))) : Optional.empty();
    }

    /// The hour of a folder below [#hours].
    public static Optional<String> hourOf(String folder) {
        Matcher matcher = FOLDER.matcher(folder);
        return matcher.matches() ? Optional.ofNullable(matcher.group(2)).filter(Keys::isHour) : Optional.empty();
    }

    private static boolean isHour(String digits) {
        try {
            endOf(digits);
            return true;
        } catch (DateTimeException _) {
            return false;
        }
    }

    /// When an hour folder's hour is over.
    public static Instant endOf(String hour) {
        return LocalDateTime.parse(hour + "00", MINUTE).plusHours(1).toInstant(ZoneOffset.UTC);
    }

    /// The job of a folder below [#hour].
    public static Optional<JobId> jobOf(String folder) {
        Matcher matcher = JOB_FOLDER.matcher(folder);
        return matcher.matches() ? JobId.parse(matcher.group(1)) : Optional.empty();
    }

    /// Whether an hour folder can get no more jobs once the time is `now`.
    public static boolean hourIsOver(String hour, Instant now) {
        return hour.compareTo(JobId.hourOf(now)) < 0;
    }

    /// Whether the time is `now` or later in an hour folder.
    public static boolean hourHasBegun(String hour, Instant now) {
        return hour.compareTo(JobId.hourOf(now)) <= 0;
    }

    /// What a key below [#tenants] is about; nothing for a key outside our grammar, such as the temporary file of a
    /// store.
    public static Optional<JobObject> jobObject(String key) {
        Matcher matcher = JOB_OBJECT.matcher(key);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return JobId.parse(matcher.group(3))
                .filter(job -> job.hour().equals(matcher.group(2)))
                .map(job -> new JobObject(new Tenant(matcher.group(1)), job, matcher.group(4)));
    }

    /// One object of a job's folder: `name` is `accepted.json`, `result.json`, …
    public record JobObject(Tenant tenant, JobId job, String name) {
        public boolean isAccepted() {
            return name.equals("accepted.json");
        }

        public boolean isResult() {
            return name.equals("result.json");
        }

        /// The number of the webhook attempt that this is, 0 if it is none.
        public int delivery() {
            Matcher matcher = DELIVERY.matcher(name);
            return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
        }
    }

    /// The prefix under which there is a folder for each hour in which webhooks are due.
    public static String due() {
        return "due/";
    }

    /// The prefix of the webhooks that are due in an hour.
    public static String due(String hour) {
        return due() + hour + "/";
    }

    /// That an attempt to deliver a webhook is due at some second. In order of time within its hour.
    public static String due(DueWebhook due) {
        return due(JobId.hourOf(due.at())) + SECOND.format(due.at()) + "." + due.tenant() + "." + due.job() + "."
                + due.attempt() + "." + due.reminder();
    }

    /// The hour of a folder below [#due].
    public static Optional<String> dueHourOf(String folder) {
        Matcher matcher = DUE_FOLDER.matcher(folder);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /// What a key below [#due] is about; nothing for a key outside our grammar.
    public static Optional<DueWebhook> dueOf(String key) {
        Matcher matcher = DUE.matcher(key);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            Instant at = SECOND_OF_HOUR.parse(matcher.group(1) + matcher.group(2), Instant::from);
            return JobId.parse(matcher.group(4))
                    .map(job -> new DueWebhook(
                            at,
                            new Tenant(matcher.group(3)),
                            job,
                            Integer.parseInt(matcher.group(5)),
                            Integer.parseInt(matcher.group(6))));
        } catch (DateTimeParseException _) {
            return Optional.empty(); // Digits that are no time.
        }
    }

    private static String job(Tenant tenant, JobId job) {
        return hour(tenant, job.hour()) + job + "/";
    }
}
