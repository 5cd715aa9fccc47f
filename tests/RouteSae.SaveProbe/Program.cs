// Usage: RouteSae.SaveProbe zip MODEL-A MODEL-B TARGET        saves the two models in turn to one file
//        RouteSae.SaveProbe bundle BUNDLE-A BUNDLE-B TARGET   saves the two bundles in turn to one folder
//        RouteSae.SaveProbe file TEXT-A TEXT-B TARGET         writes the contents of two files in turn to one file
// Prints a line before each save, and goes on until it is killed.
using Microsoft.ML;
using RouteSae.Bundles;
using RouteSae.Files;

Action<int> save = args[0] switch
{
    "zip" => SavingModels(),
    "bundle" => SavingBundles(),
    _ => SavingFiles(),
};
for (var round = 0; ; round++)
{
    Console.WriteLine($"save {round}");
    save(round % 2);
}

Action<int> SavingModels()
{
    var ml = new MLContext(seed: 1);
    var models = args[1..3].Select(path => (Model: ml.Model.Load(path, out var schema), Schema: schema)).ToArray();
    return which => ml.Model.SaveAtomically(models[which].Model, models[which].Schema, args[3]);
}

Action<int> SavingBundles()
{
    var bundles = args[1..3].Select(FeatureBundle.Open).ToArray();
    return which => bundles[which].Save(args[3]);
}

Action<int> SavingFiles()
{
    var contents = args[1..3].Select(File.ReadAllText).ToArray();
    return which => AtomicFile.WriteText(args[3], contents[which]);
}
