package dev.minilab.cli;

import dev.minilab.client.MinilabException;
import dev.minilab.config.ConfigException;
import dev.minilab.queue.QueueException;
import dev.minilab.store.StoreException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/// Says what went wrong in one sentence and with the exit code that fits; what nobody expected stays an exception.
public final class Failures implements IExecutionExceptionHandler {

    private static final int FAILED = 1;
    private static final int USED_WRONGLY = 2;
    private static final int MISCONFIGURED = 78;

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) throws Exception {
        PrintWriter err = command.getErr();
        String name = "minilab " + command.getCommandName() + ": ";
        switch (e) {
            case ConfigException config -> {
                err.println(name + "this cannot work:");
                config.mistakes().forEach(mistake -> err.println("  - " + mistake));
                return MISCONFIGURED;
            }
            case IllegalArgumentException wrong -> {
                err.println(name + wrong.getMessage());
                return USED_WRONGLY;
            }
            case MinilabException failed -> err.println(name + failed.getMessage());
            case StoreException failed -> err.println(name + failed.getMessage());
            case QueueException failed -> err.println(name + failed.getMessage());
            case UncheckedIOException failed -> err.println(name + failed.getMessage() + ": " + failed.getCause());
            default -> throw e;
        }
        return FAILED;
    }
}
