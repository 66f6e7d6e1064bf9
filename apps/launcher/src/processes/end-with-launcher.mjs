/** Preloaded into programs that are not ours (Next): ends the process when the launcher is gone, for any reason. */
process.on('disconnect', () => process.exit(0));
process.channel?.unref();
