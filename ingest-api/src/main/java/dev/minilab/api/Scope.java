package dev.minilab.api;

import java.util.Optional;
import java.util.stream.Stream;

/// What an API key may do; `admin` includes the others.
public enum Scope {
    /// Make, cancel, retry and delete jobs.
    JOBS_WRITE("jobs:write"),
    /// See jobs, their outputs, and what the installation can do.
    JOBS_READ("jobs:read"),
    /// Ask for outputs of one's own where the installation has presets only.
    SPECS("specs"),
    /// Everything, for one tenant; and what concerns the whole installation, such as its metrics.
    ADMIN("admin");

    private final String wireName;

    Scope(String wireName) {
        this.wireName = wireName;
    }

    /// As it stands in keys files and on the command line.
    public String wireName() {
        return wireName;
    }

    /// The scope of that name.
    public static Optional<Scope> ofWireName(String name) {
        return Stream.of(values()).filter(s -> s.wireName.equals(name)).findFirst();
    }
}
